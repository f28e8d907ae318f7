package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

// soakStep is how often the soak tells how it stands.
const soakStep = time.Minute

// soak sends and reads, 1 to 20, on the whole service, and tells each minute how many requests there were, their
// times, the server's memory and the size of the database.
func (g *grown) soak(ctx context.Context, lasting time.Duration) error {
	server, err := g.lab.startServer(ctx, "soak", "warn", g.database)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "\n| minute | requests | p50 ms | p99 ms | server MB | database MB |\n| --- | --- | --- | --- | --- | --- |")
	random := rand.New(rand.NewPCG(9, 9))
	scripts := make([][]request, 8)
	for i := range scripts {
		for step := range 2000 {
			if (step+i)%(readsPerSend+1) == 0 {
				scripts[i] = append(scripts[i], g.send(random.IntN(10), sender, ""))
				continue
			}
			scripts[i] = append(scripts[i], g.page(g.chatOf(random), 0, pageLimit))
		}
	}
	for minute := 1; lasting > 0; minute++ {
		step := min(soakStep, lasting)
		lasting -= step
		done, err := load(ctx, server.address, scripts, 0, step)
		if err != nil {
			return server.explain(err)
		}
		memory, err := server.resident()
		if err != nil {
			return err
		}
		relations, err := g.sizes(ctx)
		if err != nil {
			return err
		}
		var bytes int64
		for _, one := range relations {
			bytes += one.bytes
		}
		slices.Sort(done.latencies)
		fmt.Fprintf(os.Stdout, "| %d | %d | %.2f | %.2f | %d | %d |\n", minute, len(done.latencies),
			milliseconds(done.quantile(0.5)), milliseconds(done.quantile(0.99)), memory>>10, bytes>>20)
	}
	return server.stop()
}
