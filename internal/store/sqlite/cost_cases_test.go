package sqlite

// cost is a statement's arguments and the number of rows that it needs with them: those that it returns or changes,
// and those that it has to read to find them.
type cost struct {
	arguments string
	rows      float64
}

var costs = map[string][]cost{
	"selectAccountByName": {{"'name000500'", 1}},
	"selectAccountByID":   {{"id(1, 500)", 1}},
	"updatePasswordHash":  {{"'new'; id(1, 500); 'hash'", 1}},
	"selectAccountsAfter": {{"'name000500'; 100", 100}},

	"selectSessionsByToken": {{`'["` + "07000000000000000000000000000001" + `"]'`, 1}},
	"selectOpenSessions":    {{"id(1, 1); 1000000; id(2, 502); 100", 200}, {"id(1, 400); 1000000; id(2, 799); 100", 2}},
	"endSession":            {{"1000000; id(2, 19994); id(1, 1); 1000000", 1}},
	"endAnySession":         {{"1000000; id(2, 19994)", 1}},
	"endOtherSessions":      {{"1000000; id(1, 400); id(2, 1); 1000000", 2}},
	"endAccountSessions":    {{"1000000; id(1, 400)", 2}},
	"endSomeSessions":       {{"1000000; 100", 100}},
	"deleteSessions":        {{"1000000", 1000}, {"1", 1}},

	"selectChatExists": {{"id(3, 1)", 1}},
	"selectLastSeq":    {{"id(3, 1)", 1}},
	"updateLastSeq":    {{"7; id(3, 1)", 1}},
	"selectUserByName": {{"id(3, 1); 'user9000'", 1}, {"id(3, 1); 'nobody'", 1}},
	"selectIsUser":     {{"id(3, 1); id(4, 102000); id(1, 2)", 1}, {"id(3, 1); id(4, 1); id(1, 2)", 1}},

	"selectMessages": {
		{"id(3, 1); 9223372036854775807; 50", 100}, {"id(3, 1); 50000; 50", 100}, {"id(3, 1); 1100; 1000", 2000},
		{"id(3, 2); 9223372036854775807; 50", 100}, {"id(3, 1000); 9223372036854775807; 50", 20},
	},
	"insertMessage": {
		{"100001; 0; id(5, 0); 'new'; 'text'; id(3, 1); id(4, 102000); id(1, 2)", 2},
		{"100001; 0; id(5, 0); 'key1999'; 'text'; id(3, 1); id(4, 102000); id(1, 2)", 2},
	},
	"selectStoredMessage": {
		{"id(5, 1002000); id(3, 1); id(1, 2); NULL", 2}, {"id(5, 0); id(3, 1); id(1, 2); 'key1999'", 2},
		{"id(5, 0); id(3, 1); id(1, 2); 'new'", 2},
	},

	"selectTask":           {{"id(6, 1); 1", 1}},
	"selectResults":        {{"id(6, 1); 1; 9000; id(5, 5); 100", 100}, {"id(6, 1); 1; 500; id(5, 5); 10", 10}},
	"deleteResults":        {{"id(6, 1); 1; 990; id(5, 990)", 12}},
	"deleteAttemptResults": {{"id(6, 9000); 1", 1}},
	"claimDueTasks":        {{"1000000; 30; 100", 300}, {"0; 30; 100", 1}},
	"deleteTasks":          {{"1000000; 1000000; 100", 200}, {"0; 0; 100", 2}},
}
