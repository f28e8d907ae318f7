package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// measurement is the result of a figure in one round.
type measurement struct {
	perSecond float64
	p50, p99  time.Duration
	// processor is the server's processor time per request; 0 where it was not measured.
	processor time.Duration
	// batch is the mean number of messages of a commit; 0 where it is unknown.
	batch float64
	// bodyBytes is the mean length of an answer.
	bodyBytes int
	// hits is the share of pages that came from a cache; 0 where it is unknown.
	hits float64
}

// figure is measured once in each round.
type figure struct {
	name string
	// limit is the figure that this one is compared to; empty for a limit.
	limit string
	// target is the wanted ratio to the limit; 0 for none.
	target  float64
	measure func(context.Context, *lab) (measurement, error)
}

const (
	limitInsert = "limit: pgbench, single-row inserts"
	limitSend   = "limit: bare handler, send"
	limitPage   = "limit: bare handler, page"
)

// plan lists the figures in the order of a round: a limit directly before those that are compared to it.
func plan(o options) []figure {
	all := []figure{{name: limitInsert, measure: func(ctx context.Context, l *lab) (measurement, error) {
		bench, err := l.pgbench(ctx)
		if err != nil {
			return measurement{}, err
		}
		return bench.run(ctx, o)
	}}}
	bare := targetKind{name: "bare", accounts: o.clients}
	most := max(o.clients, o.many)
	postgres := targetKind{"postgresql", most, "warn", openPostgres}
	redis := targetKind{"postgresql and redis", o.clients, "warn", openPostgresAndRedis}
	uncached := targetKind{"postgresql, uncached", o.clients, "warn", openUncached}
	unlimited := targetKind{"postgresql, unthrottled", o.clients, "warn", openUnthrottled}
	embedded := targetKind{"embedded", most, "warn", openEmbedded}
	unsearched := func(kind targetKind) targetKind {
		return targetKind{kind.name + ", without search", o.clients, "warn", withoutSearch(kind.open)}
	}
	logged := func(kind targetKind) targetKind {
		return targetKind{kind.name + ", access log", o.clients, "info", kind.open}
	}
	add := func(what string, kind targetKind, limit string, target float64, clients int, does script) {
		name := kind.name + what
		all = append(all, figure{name, limit, target, func(ctx context.Context, l *lab) (measurement, error) {
			return measureLoad(ctx, l, kind, clients, does)
		}})
	}
	many := fmt.Sprintf(", %d clients", o.many)
	add(": send", postgres, limitInsert, 1, o.clients, sends)
	add(": send", logged(postgres), limitInsert, 0, o.clients, sends)
	add(": send", unsearched(postgres), limitInsert, 0, o.clients, sends)
	add(": send, one chat", postgres, limitInsert, 0, o.clients, sendsToOneChat)
	add(": send"+many, postgres, limitInsert, 0, o.many, sends)
	lockable := targetKind{"postgresql, one chat locked", o.clients, "warn", openPostgres}
	all = append(all, figure{lockable.name + ": send to the others", limitInsert, 0, func(ctx context.Context, l *lab) (measurement, error) {
		return measureLocked(ctx, l, lockable, o.clients)
	}})
	add("", targetKind{name: limitSend, accounts: bare.accounts}, "", 0, o.clients, sends)
	add(": send", embedded, limitSend, 0.35, o.clients, sends)
	add(": send", logged(embedded), limitSend, 0, o.clients, sends)
	add(": send", unsearched(embedded), limitSend, 0, o.clients, sends)
	add(": send, one chat", embedded, limitSend, 0, o.clients, sendsToOneChat)
	add(": send"+many, embedded, limitSend, 0, o.many, sends)
	add("", targetKind{name: limitPage, accounts: bare.accounts}, "", 0, o.clients, pages)
	add(": page of 50", postgres, limitPage, 0.6, o.clients, pages)
	add(": page of 50", unlimited, limitPage, 0, o.clients, pages)
	add(": page of 50", redis, limitPage, 0.4, o.clients, pages)
	add(": page of 50", embedded, limitPage, 0.6, o.clients, pages)
	add(": page of 50", uncached, limitPage, 0, o.clients, pages)
	add(": send", redis, limitInsert, 0, o.clients, sends)
	add(": 1 send to 20 pages", postgres, limitPage, 0, o.clients, mixed)
	add(": 1 send to 20 pages", redis, limitPage, 0, o.clients, mixed)
	add(": 1 send to 20 pages", embedded, limitPage, 0, o.clients, mixed)
	return chosen(all, o)
}

// chosen returns the figures of the flag -only, and their limits.
func chosen(all []figure, o options) []figure {
	needed := map[string]bool{}
	for _, one := range all {
		if o.only.MatchString(one.name) {
			needed[one.name], needed[one.limit] = true, true
		}
	}
	var those []figure
	for _, one := range all {
		if needed[one.name] {
			those = append(those, one)
		}
	}
	return those
}

// measureLocked is measureLoad while another transaction holds the lock of a chat
// to which one client keeps sending.
func measureLocked(ctx context.Context, l *lab, kind targetKind, clients int) (m measurement, err error) {
	on, err := l.target(ctx, kind)
	if err != nil {
		return m, err
	}
	locked, err := on.database.sql.BeginTx(ctx, nil)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, locked.Rollback()) }()
	if _, err := locked.ExecContext(ctx, "SELECT FROM chats WHERE chat_id = CAST($1 AS uuid) FOR UPDATE", on.population.chats[0]); err != nil {
		return m, err
	}
	return measureLoad(ctx, l, kind, clients, sendsBesideALock)
}

// measureLoad measures a load on a server.
func measureLoad(ctx context.Context, l *lab, kind targetKind, clients int, does script) (measurement, error) {
	on, err := l.target(ctx, kind)
	if err != nil {
		return measurement{}, err
	}
	processorBefore, err := on.processorTime()
	if err != nil {
		return measurement{}, err
	}
	transactionsBefore, err := on.database.transactions(ctx)
	if err != nil {
		return measurement{}, err
	}
	pagesBefore, err := on.database.pageReads(ctx)
	if err != nil {
		return measurement{}, err
	}
	answered, err := load(ctx, on.address, on.population.scriptsOf(clients, does), l.options.warmUp, l.options.measured)
	if err != nil {
		return measurement{}, on.explain(err)
	}
	on.population.sent.Add(answered.created)
	transactions, err := on.database.transactions(ctx)
	if err != nil {
		return measurement{}, err
	}
	processor, err := on.processorTime()
	m := measurement{
		perSecond: answered.perSecond, p50: answered.quantile(0.5), p99: answered.quantile(0.99),
		processor: (processor - processorBefore) / time.Duration(answered.answers), bodyBytes: answered.bodyBytes,
	}
	if transactions > transactionsBefore {
		m.batch = float64(answered.created) / float64(transactions-transactionsBefore)
	}
	if err == nil && answered.created > 0 && answered.read > 0 {
		m.hits, err = on.database.hits(ctx, pagesBefore, answered.read)
	}
	return m, err
}
