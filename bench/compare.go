package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// compareCommand compares several binaries with the first of them, in interleaved rounds of one run.
const compareCommand = "compare"

// candidate is a binary that is compared, with its own servers.
type candidate struct {
	name   string
	lab    *lab
	rounds map[string][]measurement
}

// runCompare measures each figure of each binary once per round. The order changes from round to round,
// so that no binary always follows the same one. An argument is a path, or NAME=PATH.
func runCompare(ctx context.Context, o options, binaries []string) (err error) {
	if len(binaries) < 2 {
		return errors.New("usage: go run ./bench compare [flags] OLD NEW [more], each a path or NAME=PATH")
	}
	var candidates []*candidate
	for _, binary := range binaries {
		name, path, named := strings.Cut(binary, "=")
		if !named {
			name, path = filepath.Base(binary), binary
		}
		l, err := openLab(o)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.close()) }()
		if l.binary, err = filepath.Abs(path); err != nil {
			return err
		}
		candidates = append(candidates, &candidate{name, l, map[string][]measurement{}})
	}
	figures := slices.DeleteFunc(plan(o), func(one figure) bool { return one.limit == "" })
	for round := range o.rounds {
		for _, figure := range figures {
			for i := range candidates {
				if err := candidates[(i+round)%len(candidates)].measure(ctx, figure); err != nil {
					return err
				}
			}
		}
	}
	for _, one := range candidates {
		if _, err := one.lab.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	write(os.Stdout, []table{compared(o, figures, candidates)})
	return nil
}

func (c *candidate) measure(ctx context.Context, figure figure) error {
	m, err := figure.measure(ctx, c.lab)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", c.name, figure.name, err)
	}
	c.lab.note("%s of %s: %.0f/s", figure.name, c.name, m.perSecond)
	c.rounds[figure.name] = append(c.rounds[figure.name], m)
	return nil
}

// compared returns the ratio of the medians, and the smallest and the greatest of a round.
func compared(o options, figures []figure, candidates []*candidate) table {
	t := table{
		heading: fmt.Sprintf("%d clients, %d processors; median of %d interleaved rounds of %s",
			o.clients, runtime.NumCPU(), o.rounds, o.measured),
		rows: [][]string{{"figure", "binary", "per second", "p50 ms", "p99 ms", "server µs each", "messages a commit", "ratio (least to most)"}},
	}
	perSecond := func(m measurement) float64 { return m.perSecond }
	for _, figure := range figures {
		base := candidates[0].rounds[figure.name]
		for _, one := range candidates {
			rounds := one.rounds[figure.name]
			var ratios []float64
			for i, m := range rounds {
				ratios = append(ratios, m.perSecond/base[i].perSecond)
			}
			t.rows = append(t.rows, []string{
				figure.name, one.name, number("%.0f", medianOf(rounds, perSecond)),
				number("%.2f", medianOf(rounds, func(m measurement) float64 { return milliseconds(m.p50) })),
				number("%.2f", medianOf(rounds, func(m measurement) float64 { return milliseconds(m.p99) })),
				number("%.0f", medianOf(rounds, func(m measurement) float64 { return float64(m.processor) / 1e3 })),
				number("%.1f", medianOf(rounds, func(m measurement) float64 { return m.batch })),
				fmt.Sprintf("%.2f (%.2f to %.2f)", medianOf(rounds, perSecond)/medianOf(base, perSecond), slices.Min(ratios), slices.Max(ratios)),
			})
		}
	}
	return t
}
