// Command load is the client of `make deploy-test`: it calls every operation of the API, sends messages with a record of
// those that were acknowledged, and checks that all of them are stored.
//
//	load walk   URL          every call of the contract once, and what nginx answers by itself
//	load send   URL RECORD   sends until SIGTERM, then reports; with -strict it fails if any request failed
//	load verify URL RECORD   reads all chats and compares them with the record
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	strict := flags.Bool("strict", false, "send: fail if any request failed")
	senders := flags.Int("senders", 4, "send: accounts that send at once, each in its chat")
	rate := flags.Int("rate", 25, "send: requests a second of each account")
	search := flags.Bool("search", true, "walk: search, too")
	command := ""
	if len(arguments) > 0 {
		command, arguments = arguments[0], arguments[1:]
	}
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	switch {
	case command == "walk" && flags.NArg() == 1:
		return walk(ctx, newAPI(flags.Arg(0)), *search)
	case command == "send" && flags.NArg() == 2:
		return send(ctx, newAPI(flags.Arg(0)), flags.Arg(1), load{senders: *senders, rate: *rate, strict: *strict})
	case command == "verify" && flags.NArg() == 2:
		return verify(ctx, newAPI(flags.Arg(0)), flags.Arg(1))
	}
	return errors.New("usage: load walk [-search=false] URL\n" +
		"       load send [-strict] [-senders N] [-rate N] URL RECORD\n" +
		"       load verify URL RECORD")
}
