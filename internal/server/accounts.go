package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"messenger-api/internal/messenger"
)

// accountsPerPage is how many accounts the command user list reads at a time.
const accountsPerPage = 500

// userCommands manage accounts, also while a server runs.
type userCommands struct {
	Create  userCreateCommand  `cmd:"" help:"Create an account. The password is entered at the terminal, or read from the first line of the standard input."`
	Passwd  userPasswdCommand  `cmd:"" help:"Set a new password. It also ends all sessions of the account and enables it. The password is entered at the terminal, or read from the first line of the standard input."`
	Disable userDisableCommand `cmd:"" help:"Disable log-ins to an account, and end its sessions."`
	Enable  userEnableCommand  `cmd:"" help:"Enable a disabled account."`
	List    userListCommand    `cmd:"" help:"List the accounts by name, with the times when they were created and disabled."`
}

type userCreateCommand struct {
	Name string `arg:"" help:"The account's user_name."`
}

// Run implements the command user create.
func (c userCreateCommand) Run(ctx context.Context, process Process) error {
	return withPassword(ctx, process, c.Name, func(operator *messenger.Operator, password string) error {
		if err := operator.CreateAccount(ctx, c.Name, password); err != nil {
			return err
		}
		return printLine(process, "created", quoteName(c.Name))
	})
}

type userPasswdCommand struct {
	Name string `arg:"" help:"The account's user_name."`
}

// Run implements the command user passwd.
func (c userPasswdCommand) Run(ctx context.Context, process Process) error {
	return withPassword(ctx, process, c.Name, func(operator *messenger.Operator, password string) error {
		ended, err := operator.SetPassword(ctx, c.Name, password)
		if err != nil {
			return err
		}
		return printEnded(process, ended, "new password for "+quoteName(c.Name))
	})
}

type userDisableCommand struct {
	Name string `arg:"" help:"The account's user_name."`
}

// Run implements the command user disable.
func (c userDisableCommand) Run(ctx context.Context, process Process) error {
	return withOperator(ctx, process, func(operator *messenger.Operator) error {
		ended, err := operator.Disable(ctx, c.Name)
		if err != nil {
			return err
		}
		return printEnded(process, ended, "disabled "+quoteName(c.Name))
	})
}

type userEnableCommand struct {
	Name string `arg:"" help:"The account's user_name."`
}

// Run implements the command user enable.
func (c userEnableCommand) Run(ctx context.Context, process Process) error {
	return withOperator(ctx, process, func(operator *messenger.Operator) error {
		if err := operator.Enable(ctx, c.Name); err != nil {
			return err
		}
		return printLine(process, "enabled", quoteName(c.Name))
	})
}

type userListCommand struct {
	After string `help:"List only names that sort after this one, by their bytes."`
	Limit int    `help:"List at most this many; 0 is all." default:"0"`
}

// Validate implements kong's Validatable.
func (c userListCommand) Validate() error {
	switch {
	case !utf8.ValidString(c.After):
		return errors.New("--after must be valid UTF-8")
	case c.Limit < 0:
		return fmt.Errorf("--limit must be 0 or more, not %d", c.Limit)
	}
	return nil
}

// Run implements the command user list. The columns have fixed widths, so that only a page
// of accounts has to be in memory.
func (c userListCommand) Run(ctx context.Context, process Process) error {
	return withReader(ctx, process, func(operator *messenger.Operator) error {
		if err := listLine(process.Stdout, "CREATED", "DISABLED", "NAME"); err != nil {
			return err
		}
		for listed, after := 0, c.After; ; {
			limit := accountsPerPage
			if c.Limit > 0 {
				limit = min(limit, c.Limit-listed)
			}
			if limit <= 0 {
				return nil
			}
			accounts, err := operator.Accounts(ctx, after, limit)
			if err != nil {
				return err
			}
			for i := range accounts {
				if err := listLine(process.Stdout, day(accounts[i].CreatedAt), day(accounts[i].DisabledAt), quoteName(accounts[i].Name)); err != nil {
					return err
				}
				after = accounts[i].Name
			}
			if listed += len(accounts); len(accounts) < limit {
				return nil
			}
		}
	})
}

func listLine(w io.Writer, created, disabled, name string) error {
	_, err := fmt.Fprintf(w, "%-20s  %-20s  %s\n", created, disabled, name)
	return err
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}
