package httpkit

import (
	"net/url"
	"strconv"

	"messenger-api/internal/errs"
)

// PageQuery is which page of a list a request asks for: limit entries, those that
// follow the iterator From, or the first ones where From is nil.
type PageQuery struct {
	Limit int
	From  *string
}

// ParsePageQuery reads a page's query, of limit 1 to most. A query that can't be
// read as a whole is bad-parameters: what it lost might be the iterator. So is one
// that has two, since nobody knows which was meant.
func ParsePageQuery(rawQuery string, maxLimit int) (PageQuery, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return PageQuery{}, errs.ErrBadParameters.WithDetails("the query can't be read")
	}
	for _, name := range []string{"limit", "from"} {
		if len(query[name]) > 1 {
			return PageQuery{}, errs.ErrBadParameters.WithDetails("%s is given twice", name)
		}
	}
	limit, err := strconv.ParseUint(query.Get("limit"), 10, 16)
	if err != nil || limit < 1 || int(limit) > maxLimit {
		return PageQuery{}, errs.ErrBadParameters.WithDetails("limit must be a number from 1 to %d", maxLimit)
	}
	page := PageQuery{Limit: int(limit)}
	if query.Has("from") {
		from := query.Get("from")
		page.From = &from
	}
	return page, nil
}
