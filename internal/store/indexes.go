package store

import "slices"

// IndexVersion is an index of words that stands in a database, and the version of the analyser that made it.
type IndexVersion struct {
	Version string
	// Suffix ends the names of its tables: empty for those that the migrations make, which always are there.
	Suffix string
	// Used is greater the later the version was last put to use.
	Used int64
}

// ChooseIndex gives the index of a version, which is to be made where isNew, among those that stand, and those
// that are no longer needed. What was used last before stays: nodes of the release before may work with
// it, or come back.
func ChooseIndex(standing []IndexVersion, version string) (own IndexVersion, isNew bool, unneeded []IndexVersion) {
	standing = slices.Clone(standing)
	slices.SortFunc(standing, func(a, b IndexVersion) int { return int(b.Used - a.Used) })
	at := slices.IndexFunc(standing, func(one IndexVersion) bool { return one.Version == version })
	own = IndexVersion{Version: version, Used: 1}
	if len(standing) > 0 {
		own.Used = standing[0].Used + 1
	}
	isNew = at < 0
	switch {
	case at == 0: // as at every start but the first of a version
		own = standing[0]
	case at > 0:
		own.Suffix = standing[at].Suffix
	case slices.ContainsFunc(standing, func(one IndexVersion) bool { return one.Suffix == "" }):
		own.Suffix = "_" + version
	}
	others := slices.DeleteFunc(standing, func(one IndexVersion) bool { return one.Version == version })
	if len(others) > 1 {
		unneeded = others[1:]
	}
	return own, isNew, unneeded
}
