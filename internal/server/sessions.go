package server

import (
	"context"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// sessionsCommands manage sessions, also while a server runs.
type sessionsCommands struct {
	Revoke sessionsRevokeCommand `cmd:"" help:"End sessions: those of an account, one, or all."`
}

type sessionsRevokeCommand struct {
	User    string `xor:"which" required:"" placeholder:"NAME" help:"End all sessions of the account."`
	Session string `xor:"which" required:"" placeholder:"ID" help:"End the session with this id, as GET /v1/auth/sessions lists it."`
	All     bool   `xor:"which" required:"" help:"End all sessions of all accounts."`
}

// Run implements the command sessions revoke.
func (c sessionsRevokeCommand) Run(ctx context.Context, process Process) error {
	return withOperator(ctx, process, func(operator *messenger.Operator) error {
		ended, err := c.revoke(ctx, operator)
		if err != nil {
			return err
		}
		return printEnded(process, ended, "revoked")
	})
}

func (c sessionsRevokeCommand) revoke(ctx context.Context, operator *messenger.Operator) (ended int, err error) {
	switch {
	case c.All:
		return operator.EndAllSessions(ctx)
	case c.User != "":
		return operator.EndAccountSessions(ctx, c.User)
	}
	session, ok := messenger.ParseID(c.Session)
	if !ok {
		return 0, errs.ErrSessionNotFound
	}
	return 1, operator.EndSession(ctx, session)
}
