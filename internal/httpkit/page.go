package httpkit

import (
	"net/url"
	"strconv"

	"messenger-api/internal/errs"
)

// PageQuery is the query of a request for a page of a list: up to Limit entries after the
// iterator From, or the first ones where From is nil.
type PageQuery struct {
	Limit int
	From  *string
}

// ParsePageQuery parses the query of a request for a page, with a limit from 1 to
// maxLimit. It returns bad-parameters for a query that has an invalid part, which might
// be the iterator, and for one that has a parameter twice.
func ParsePageQuery(rawQuery string, maxLimit int) (PageQuery, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return PageQuery{}, errs.ErrBadParameters.WithDetails("the query can't be parsed")
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
