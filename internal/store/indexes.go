package store

import "slices"

// IndexVersion is a search index in a database, and the version of the analyser that made it.
type IndexVersion struct {
	Version string
	// Suffix is the suffix of its tables' names; empty for those of the migrations, which always exist and are the first
	// version's.
	Suffix string
	// Used orders the versions by when each was last put to use: greater is later.
	Used int64
}

// ChooseIndex returns the index of a version, which has to be created where isNew, and the
// indexes to remove. The one that was used before it stays: nodes of the previous release may
// use it, or return to it.
func ChooseIndex(existing []IndexVersion, version string) (own IndexVersion, isNew bool, obsolete []IndexVersion) {
	existing = slices.Clone(existing)
	slices.SortFunc(existing, func(a, b IndexVersion) int { return int(b.Used - a.Used) })
	at := slices.IndexFunc(existing, func(one IndexVersion) bool { return one.Version == version })
	own = IndexVersion{Version: version, Used: 1}
	if len(existing) > 0 {
		own.Used = existing[0].Used + 1
	}
	isNew = at < 0
	switch {
	case at == 0: // as at every start but the first of a version
		own = existing[0]
	case at > 0:
		own.Suffix = existing[at].Suffix
	case len(existing) > 0:
		// Never the tables of the migrations again: a process of the version that they were of may still write to them.
		own.Suffix = "_" + version
	}
	others := slices.DeleteFunc(existing, func(one IndexVersion) bool { return one.Version == version })
	if len(others) > 1 {
		obsolete = others[1:]
	}
	return own, isNew, obsolete
}
