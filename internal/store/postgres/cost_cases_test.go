package postgres_test

import "regexp"

// unbounded are the statements that may scan whole tables (exports, whether there is any row,
// counts of tasks), and those that read no table or a table of one row.
var unbounded = regexp.MustCompile(`^(dump[A-Z].*|selectHasData|limitLockWait|tryLeaderLock|confirmLeader|selectServer|endHolder|analyzeTables|selectRecordedIdentity|selectIdentity|selectWritable|selectBackendPID|selectForbidden|` +
	`requeueTasks|countTasks|selectOldestWaiting|selectVersions|upsertVersion|deleteVersion|selectAlmostEmpty|tryBuildLock|withoutTimeouts|limitStep|selectWordsIndexed)$`)

// costs has the number of rows that each statement needs: those that it returns or changes, and
// those that it has to read to find them.
var costs = map[string][]cost{
	"insertAccount":       {{"id(1, 0), 'new', '', now()", 1}},
	"selectAccountByName": {{"'name000500'", 1}},
	"selectAccountByID":   {{"id(1, 500)", 1}},
	"selectReady":         {{"id(1, 500)", 1}},
	"updatePasswordHash":  {{"id(1, 500), 'hash', 'new'", 1}},
	"resetPassword":       {{"id(1, 500), 'new'", 1}},
	"disableAccount":      {{"id(1, 500), now()", 1}},
	"enableAccount":       {{"id(1, 500)", 1}},
	"selectAccountsAfter": {{"'name000500', 100", 100}, {"'', 100", 100}},
	"loadAnonymous":       {{"id(1, 500), now(), NULL", 1}},
	"touchAnonymous":      {{"id(1, 500)", 1}},

	"insertSession":         {{"'x', id(2, 0), id(1, 1), now(), now(), '', '', 'hash'", 1}},
	"selectSessionsByToken": {{"ARRAY[sha256('501'), sha256('502'), sha256('503'), sha256('none')]", 4}},
	"selectOpenSessions":    {{"id(1, 1), now(), id(2, 502), 100", 100}, {"id(1, 400), now(), id(2, 400), 100", 2}},
	"selectLogInAddresses":  {{"'name000001', now() - interval '30 days', 200", 201}, {"'name000400', now() - interval '30 days', 200", 3}},
	"endSession":            {{"id(1, 1), id(2, 19994), now()", 1}},
	"endAnySession":         {{"id(2, 19994), now()", 1}},
	"endOtherSessions":      {{"id(1, 1), id(2, 19994), now()", 5200}, {"id(1, 400), id(2, 400), now()", 2}},
	"endAccountSessions":    {{"id(1, 1), now()", 5200}, {"id(1, 400), now()", 2}},
	"endSomeSessions":       {{"now(), 100", 200}},
	"deleteSessions":        {{"now()", 1000}, {"now() - interval '5 hours'", 1000}, {"now() - interval '1 year'", 1}},

	"insertChat":       {{"id(3, 0), '', id(1, 1), now()", 1}},
	"selectChatExists": {{"id(3, 1)", 1}},
	"lockChats":        {{"ARRAY[id(3, 1), id(3, 2), id(3, 5000)]", 3}},
	"lockFreeChats":    {{"ARRAY[id(3, 1), id(3, 2), id(3, 5000)]", 3}},
	"selectChats":      {{"ARRAY[id(3, 1), id(3, 2), id(3, 5000)]", 3}},
	"selectUserByName": {{"id(3, 1), 'user9000'", 1}, {"id(3, 1), 'nobody'", 1}},
	"insertUser":       {{"id(3, 1), id(4, 0), id(1, 1), 'new', now()", 1}},

	"selectMessages": {
		{"id(3, 1), 9223372036854775807, 50, 67108864", 100}, {"id(3, 1), 50000, 50, 67108864", 100}, {"id(3, 1), 2, 50, 67108864", 2},
		{"id(3, 1), 9223372036854775807, 1000, 67108864", 2000}, {"id(3, 1), 1100, 1000, 67108864", 2000},
		{"id(3, 2), 9223372036854775807, 50, 67108864", 100}, {"id(3, 2), 5001, 1000, 67108864", 2000},
		{"id(3, 5000), 9223372036854775807, 50, 67108864", 20}, {"id(3, 5000), 9223372036854775807, 1, 67108864", 2},
	},
	"advanceChats": {{"ARRAY[id(3, 1), id(3, 2)], ARRAY[1, 2]", 2}},
	"insertEvents": {
		{appendArguments + ", ARRAY[-1, -1, -2]", 12},
		{"ARRAY[id(5, 0)], ARRAY[id(3, 1)], ARRAY[id(4, 102000)], ARRAY[id(1, 2)], ARRAY['new'], ARRAY['text'], ARRAY[now()], ARRAY[-1]", 4},
	},
	"validateAndInsert": {
		{appendArguments, 20},
		// A repeated message, found by client_message_id and by message_id.
		{"ARRAY[id(5, 0)], ARRAY[id(3, 1)], ARRAY[id(4, 102000)], ARRAY[id(1, 2)], ARRAY['key1999'], ARRAY['text'], ARRAY[now()]", 6},
		{"ARRAY[stored_id(1, 2000)], ARRAY[id(3, 1)], ARRAY[id(4, 102000)]," +
			"ARRAY[id(1, 2)], ARRAY[NULL::text], ARRAY['text'], ARRAY[now()]", 6},
	},
}

// appendArguments are a batch of three messages in two chats.
const appendArguments = "ARRAY[id(5, 0), id(5, -1), id(5, -2)], ARRAY[id(3, 1), id(3, 5000), id(3, 5000)]," +
	"ARRAY[id(4, 102000), id(4, 500000001), id(4, 500000001)], ARRAY[id(1, 2), id(1, 1), id(1, 1)]," +
	"ARRAY['new', 'new', NULL], ARRAY['text', 'text', 'text'], ARRAY[now(), now(), now()]"
