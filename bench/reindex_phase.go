package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"
)

// phase is what was measured in a part of the run.
type phase struct {
	name         string
	sends, pages []measurement
	searches     []time.Duration
}

// phase measures sends and pages in turn until done, while somebody searches.
func (r *reindex) phase(ctx context.Context, name string, done func(context.Context) (bool, error)) error {
	p := &phase{name: name}
	r.phases = append(r.phases, p)
	searching, stop := context.WithCancel(ctx)
	searched := make(chan error, 1)
	go func() { searched <- r.search(searching, p) }()
	err := r.measure(ctx, p, done)
	stop()
	return errors.Join(err, <-searched)
}

func (r *reindex) measure(ctx context.Context, p *phase, done func(context.Context) (bool, error)) error {
	for {
		if ended, err := done(ctx); err != nil || ended && len(p.pages) > 0 {
			return err
		}
		sends, err := load(ctx, r.server.address, r.sendScripts(), 0, r.options.step)
		r.sent += sends.created
		if err != nil {
			return err
		}
		pages, err := load(ctx, r.server.address, r.pageScripts(), 0, r.options.step)
		if err != nil {
			return err
		}
		p.sends, p.pages = append(p.sends, measured(sends)), append(p.pages, measured(pages))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(r.options.pause):
		}
		r.lab.note("%s: %.0f sends and %.0f pages a second", p.name, sends.perSecond, pages.perSecond)
	}
}

func measured(l loadResult) measurement {
	return measurement{perSecond: l.perSecond, p50: l.quantile(0.5), p99: l.quantile(0.99)}
}

// scripts gives each client requests to the largest chats.
func (r *reindex) scripts(next func(chat int) request) [][]request {
	scripts := make([][]request, r.options.clients)
	random := rand.New(rand.NewPCG(11, 11))
	for i := range scripts {
		for range 100 {
			scripts[i] = append(scripts[i], next(random.IntN(10)))
		}
	}
	return scripts
}

func (r *reindex) sendScripts() [][]request {
	return r.scripts(func(chat int) request { return r.send(chat, sender, "") })
}

func (r *reindex) pageScripts() [][]request {
	return r.scripts(func(chat int) request { return r.page(chat, 0, pageLimit) })
}

// tables are the rates of each phase beside those of the first one, and the sizes of what the search needs.
func (r *reindex) tables(relations []relation) []table {
	rates := table{
		heading: fmt.Sprintf("%s, %s messages, %d clients, %d processors; indexed anew in %.0f s, killed after %.0f s; medians of steps of %s, pauses of %s",
			r.options.database, grouped(r.messages), r.options.clients, runtime.NumCPU(), r.filled.Seconds(), r.killed.Seconds(), r.options.step, r.options.pause),
		rows: [][]string{{
			"", "sends a second", "ratio (least to most)", "p50, p99 ms", "pages a second", "ratio (least to most)", "p50, p99 ms", "searches", "median ms",
		}},
	}
	for _, p := range r.phases {
		row := append([]string{p.name}, comparedRates(p.sends, r.phases[0].sends)...)
		row = append(append(row, comparedRates(p.pages, r.phases[0].pages)...), fmt.Sprint(len(p.searches), ", all right"))
		if len(p.searches) > 0 {
			row = append(row, number("%.0f", milliseconds(median(p.searches))))
		}
		rates.rows = append(rates.rows, row)
	}
	sizes := table{heading: "Sizes", rows: [][]string{{"table or index", "bytes a message"}}}
	for _, one := range relations {
		if strings.HasPrefix(one.name, "search_") {
			sizes.rows = append(sizes.rows, []string{one.name, number("%.1f", float64(one.bytes)/float64(r.messages))})
		}
	}
	return []table{rates, sizes}
}

// comparedRates are the cells of a rate: its median, the ratio of that to the base's, and how long requests took.
func comparedRates(steps, base []measurement) []string {
	perSecond := func(m measurement) float64 { return m.perSecond }
	of := medianOf(base, perSecond)
	var ratios []float64
	for _, m := range steps {
		ratios = append(ratios, m.perSecond/of)
	}
	return []string{
		number("%.0f", medianOf(steps, perSecond)),
		fmt.Sprintf("%.2f (%.2f to %.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios)),
		fmt.Sprintf("%.1f, %.1f", medianOf(steps, func(m measurement) float64 { return milliseconds(m.p50) }),
			medianOf(steps, func(m measurement) float64 { return milliseconds(m.p99) })),
	}
}
