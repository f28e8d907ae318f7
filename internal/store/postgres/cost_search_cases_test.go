package postgres_test

// noBounds are the bounds of the results' keys, and their limit.
const noBounds = "9223372036854775807, id(0, 0), -9223372036854775808, id(0, 0), 1001"

// searchCosts are those of the search: its tasks, their results, the index and its steps. A step is for the blocks that it
// asks for, or the messages that it tests, and for what it finds.
var searchCosts = map[string][]cost{
	"lockSearches":             {{"id(1, 1)", 1}},
	"lockSearchesOfTask":       {{"id(6, 1)", 1}},
	"insertTask":               {{"id(6, 0), id(1, 1), '', NULL, '', NULL, NULL, now(), true, 20", 2500}, {"id(6, 0), id(1, 3), '', NULL, '', NULL, NULL, now(), true, 20", 3}},
	"confirmTask":              {{"id(6, 30), 20", 2500}},
	"selectTaskConfirmed":      {{"id(6, 1)", 1}},
	"deleteUnconfirmedTask":    {{"id(6, 10)", 1}},
	"selectTask":               {{"id(6, 1)", 1}},
	"takeTask":                 {{"id(6, 4), now(), now()", 1}},
	"renewTask":                {{"id(6, 1), 1, now()", 1}},
	"releaseTask":              {{"id(6, 1), 1, true", 1}},
	"pauseTask":                {{"id(6, 1), 1, NULL, 0.5, now()", 1}},
	"succeedTask":              {{"id(6, 1), 1, 5, id(5, 5), 5, id(5, 5), now(), false", 1}},
	"insertResults":            {{"id(6, 9000), 1, ARRAY[1, 2], ARRAY[id(5, 1), id(5, 2)], ARRAY[id(3, 1), id(3, 1)], ARRAY[1, 2]", 3}},
	"failTask":                 {{"id(6, 4), now()", 1}},
	"advanceTask":              {{"id(6, 1), 5, id(5, 5)", 1}},
	"selectConfirmed":          {{"id(6, 1)", 1}},
	"deleteResultsOfAttempts":  {{"id(6, 1), 1", 1000}, {"id(6, 9000), 1", 1}},
	"selectResults":            {{"id(6, 1), 1, 9000, id(5, 5), 100", 100}, {"id(6, 1), 1, 500, id(5, 5), 10", 10}},
	"deleteResultsThrough":     {{"id(6, 1), 1, 990, id(5, 990)", 12}, {"id(6, 9000), 1, 990, id(5, 990)", 1}},
	"deleteResultsWithoutTask": {{"id(6, 9000)", 2}},
	"deleteResultsOfTasks":     {{"ARRAY[id(6, 1), id(6, 9000)]", 1001}},
	"deleteEndedTasks":         {{"id(1, 1), 20", 5000}, {"id(1, 3), 20", 2}},
	"claimDueTasks":            {{"now(), interval '30 seconds', 100", 300}, {"now() - interval '1 year', interval '30 seconds', 100", 1}},
	"selectAccountLag": {
		{"id(1, 1), NULL, 10000", 15000}, {"id(1, 1), id(3, 2), 10000", 3}, {"id(1, 5), NULL, 10000", 12},
	},
	"selectRecentLag":   {{"id_at(0, now() - interval '1 hour'), id_at(0, now()), 10000", 16000}},
	"selectIndexedSeqs": {{"id(3, 1), 100", 200}},
	"selectUnindexed":   {{"ARRAY[id(3, 1), id(3, 2)], ARRAY[99900, 4990], ARRAY[100000, 5000], 4000000", 112}},
	"insertPositions":   {{"ARRAY[id(3, 1), id(3, 3)], 0", 4}},
	"lockPositions":     {{"ARRAY[id(3, 1), id(3, 2)]", 2}},
	"advancePositions":  {{"ARRAY[id(3, 1), id(3, 2)], ARRAY[99999, 5000], ARRAY[100000, 5001], ARRAY[5, 5]", 4}},
	"insertIndexed":     {{"ARRAY[number_of(1)], ARRAY[100001], ARRAY[1], ARRAY[1], ARRAY[id(5, 0)], ARRAY['x']", 1}},
	"selectLogRanges": {
		{"id(1, 1), NULL, ''", 15000}, {"id(1, 1), id(3, 1), 'user9000'", 3}, {"id(1, 5), NULL, ''", 12}, {"id(1, 5), NULL, 'user1'", 12},
	},
	"findInBlocks": {
		{"'''#|rare''', array_fill(0, ARRAY[25]), prefixes(1, 25), array_fill(''::text, ARRAY[25]), firsts(25), lasts(25), " + noBounds, 65},
		{"'''#|rare'' & !''#|common''', array_fill(0, ARRAY[25]), prefixes(1, 25), array_fill(''::text, ARRAY[25]), firsts(25), lasts(25), " + noBounds, 65},
		{"'''#|none''', ARRAY[0, 1], ARRAY[prefix(2, 1), prefix(5020, 0)], ARRAY['', ''], ARRAY[4096, 0], ARRAY[5000, 4095], " + noBounds, 2},
		{"'''#|common''', ARRAY[0], ARRAY[prefix(1, 20)], ARRAY[''], ARRAY[0], ARRAY[100000], " + noBounds, 513},
	},
	"findInMessages": {
		{"'''#|common''', ARRAY[0], ARRAY[prefix(1, 24)], ARRAY[''], ARRAY[99901], ARRAY[100000], " + noBounds + ", ARRAY[number_of(1)]", 101},
		{"'''#|none''', ARRAY[0, 1], ARRAY[prefix(2, 0), prefix(5020, 0)], ARRAY['', ''], ARRAY[0, 0], ARRAY[31, 31], " + noBounds +
			", ARRAY[number_of(2), number_of(5020)]", 43},
	},
	"selectRemainders": {{"ARRAY[0, 1], ARRAY[number_of(1), number_of(2)], ARRAY[50000, 1]", 2}},
	"selectHits": {{"id(1, 1), ARRAY[1, 2], ARRAY[stored_id(1, 50000), stored_id(2, 500)], ARRAY[id(3, 1), id(3, 2)], " +
		"ARRAY[50000, 500], 100, 100000", 10}},
	"deleteTasks": {{"now(), now(), 100", 300}, {"now() - interval '1 year', now() - interval '1 year', 100", 2}},
}
