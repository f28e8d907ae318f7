package sqlite

import "fmt"

// cost is a statement's arguments and the number of rows that it needs with them: those that it returns or changes,
// and those that it has to read to find them.
type cost struct {
	arguments string
	rows      int
}

// twoResults are the message 50,000 of chat 1 and the message 500 of chat 2, as resultsArray writes results.
var twoResults = fmt.Sprintf(`'[[1,"05%030x","03%030x",50000],[2,"05%030x","03%030x",500]]'`, 1050000, 1, 2000500, 2)

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
	"selectAccountLag":     {{"id(1, 1); NULL; 10000", 3000}, {"id(1, 1); id(3, 2); 10000", 3}, {"id(1, 5); NULL; 10000", 12}},
	"selectRecentLag":      {{"id(5, 1099900); id(5, 1100000); 10000", 102}},
	"selectIndexedSeqs":    {{"id(3, 1); 100", 200}},
	"selectUnindexed":      {{"id(3, 1); 99900; 100000", 100}},
	"advancePosition":      {{"id(3, 1); 100001; 100000; 5", 2}, {"id(3, 3); 1; 0; 5", 2}},
	"selectNewest":         {{"id(3, 1); 0", 1}},
	"insertIndexed":        {{"1; 100001; '1·all'; 1; 1; id(5, 0)", 1}},
	"selectLogRanges": {
		{"id(1, 1); NULL; ''", 3000}, {"id(1, 1); id(3, 1); 'user9000'", 3}, {"id(1, 5); NULL; ''", 12}, {"id(1, 5); NULL; 'user1'", 12},
	},
	"selectCandidates": {
		{`'"1·rare"'; (1 << 32) + 1; (1 << 32) + 100000; 1001`, 40}, {`'"1·common"'; (1 << 32) + 1; (1 << 32) + 100000; 101`, 101},
		{`'"1·common"'; (1 << 32) + 1; (1 << 32) + 50000; 101`, 101}, {`'"2·rare"'; (2 << 32) + 1; (2 << 32) + 5000; 1001`, 2},
		{`'"1·none"'; (1 << 32) + 1; (1 << 32) + 100000; 1001`, 0}, {`'("1·rare") NOT ("1·common")'; (1 << 32) + 1; (1 << 32) + 100000; 1001`, 40},
	},
	"selectRemainder": {{"(1 << 32) + 1; (1 << 32) + 50000", 1}, {"(3 << 32) + 1; (3 << 32) + 50000", 1}},
	"selectHits":      {{twoResults + "; id(1, 1); 100", 10}},
	"selectTexts":     {{twoResults, 4}},
	"claimDueTasks":   {{"1000000; 30; 100", 300}, {"0; 30; 100", 1}},
	"deleteTasks":     {{"1000000; 1000000; 100", 200}, {"0; 0; 100", 2}},
}
