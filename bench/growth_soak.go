package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

const (
	// soakStep is how often the soak prints a line.
	soakStep    = time.Minute
	soakClients = 8
	// What stays flat grows by no more than these factors from the first third of the minutes, the first minute left
	// out, to the last third.
	flatMemory, flatLatency, flatDisk = 1.1, 1.25, 1.25
)

// soakMinute is what was measured in a step of the soak.
type soakMinute struct {
	requests, sent     int
	p50, p90, p99, max time.Duration
	memory, disk       int64 // bytes, of the server and of the database
}

// soak sends and reads, 1 to 20, on the whole service. Each minute it prints how many requests there were, their
// times, the server's memory and the size of the database; at the end whether these stayed flat.
func (g *grown) soak(ctx context.Context, lasting time.Duration) error {
	server, err := g.lab.startServer(ctx, "soak", "warn", g.database)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "\n| minute | requests | sends | p50 ms | p90 ms | p99 ms | most ms | server MB | database MB |\n"+
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	scripts := g.soakScripts()
	before, err := g.diskBytes(ctx)
	if err != nil {
		return err
	}
	var minutes []soakMinute
	for lasting > 0 {
		step := min(soakStep, lasting)
		lasting -= step
		done, err := load(ctx, server.address, scripts, 0, step)
		if err != nil {
			return server.explain(err)
		}
		one := soakMinute{requests: len(done.latencies), sent: int(done.created)}
		one.p50, one.p90, one.p99 = done.quantile(0.5), done.quantile(0.9), done.quantile(0.99)
		one.max = slices.Max(done.latencies)
		memory, err := server.resident()
		if err != nil {
			return err
		}
		one.memory = int64(memory) << 10
		if one.disk, err = g.diskBytes(ctx); err != nil {
			return err
		}
		minutes = append(minutes, one)
		fmt.Fprintf(os.Stdout, "| %d | %d | %d | %.2f | %.2f | %.2f | %.0f | %d | %d |\n", len(minutes), one.requests, one.sent,
			milliseconds(one.p50), milliseconds(one.p90), milliseconds(one.p99), milliseconds(one.max), one.memory>>20, one.disk>>20)
	}
	judgeSoak(os.Stdout, before, minutes)
	return server.stop()
}

// soakScripts have a send in every 21st place, at another one in each script.
func (g *grown) soakScripts() [][]request {
	random := rand.New(rand.NewPCG(9, 9))
	scripts := make([][]request, soakClients)
	for i := range scripts {
		for step := range 2100 {
			if (step+i)%(readsPerSend+1) == 0 {
				scripts[i] = append(scripts[i], g.send(random.IntN(10), sender, ""))
				continue
			}
			scripts[i] = append(scripts[i], g.page(g.chatOf(random), 0, pageLimit))
		}
	}
	return scripts
}

func (g *grown) diskBytes(ctx context.Context) (int64, error) {
	relations, err := g.sizes(ctx)
	var bytes int64
	for _, one := range relations {
		bytes += one.bytes
	}
	return bytes, err
}

// judgeSoak compares the last third of the minutes with the first third after the first minute. The disk stays flat if
// a send costs as many bytes.
func judgeSoak(w io.Writer, diskBefore int64, minutes []soakMinute) {
	third := (len(minutes) - 1) / 3
	if third == 0 {
		fmt.Fprintln(w, "\nToo short to judge: four minutes at least.")
		return
	}
	early, late := minutes[1:1+third], minutes[len(minutes)-third:]
	judge := func(name string, most float64, value func(soakMinute) float64) {
		grew := medianBy(late, value) / medianBy(early, value)
		verdict := "flat"
		if grew > most {
			verdict = "NOT flat"
		}
		fmt.Fprintf(w, "- %s: × %.2f (at most %.2f): %s\n", name, grew, most, verdict)
	}
	fmt.Fprintf(w, "\nThe last %d minutes compared with minutes 2 to %d:\n\n", third, 1+third)
	judge("memory", flatMemory, func(m soakMinute) float64 { return float64(m.memory) })
	judge("p50", flatLatency, func(m soakMinute) float64 { return float64(m.p50) })
	judge("p90", flatLatency, func(m soakMinute) float64 { return float64(m.p90) })
	judge("p99", flatLatency, func(m soakMinute) float64 { return float64(m.p99) })
	perSend := func(from int64, part []soakMinute) float64 {
		sent := 0
		for _, one := range part {
			sent += one.sent
		}
		return float64(part[len(part)-1].disk-from) / float64(max(sent, 1))
	}
	first, last := perSend(minutes[0].disk, early), perSend(minutes[len(minutes)-third-1].disk, late)
	verdict := "flat"
	if last > flatDisk*first {
		verdict = "NOT flat"
	}
	fmt.Fprintf(w, "- disk: %.0f, then %.0f bytes a send (%d MB in all): %s\n", first, last, (minutes[len(minutes)-1].disk-diskBefore)>>20, verdict)
}

func medianBy(minutes []soakMinute, value func(soakMinute) float64) float64 {
	var values []float64
	for _, one := range minutes {
		values = append(values, value(one))
	}
	return median(values)
}
