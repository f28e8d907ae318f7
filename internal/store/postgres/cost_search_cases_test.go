package postgres_test

// searchCosts are the costs of statements on tasks, results and positions. Those of the search
// itself run in steps, which have a limit of their own.
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
	"releaseTask":              {{"id(6, 1), 1", 1}},
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
	"deleteTasks":              {{"now(), now(), 100", 300}, {"now() - interval '1 year', now() - interval '1 year', 100", 2}},
}
