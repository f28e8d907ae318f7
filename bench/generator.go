package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// loadResult is the result of a load.
type loadResult struct {
	// perSecond, latencies (sorted) and bodyBytes (their mean) are of the
	// measured time, answers, created (the 201s) and read (the 200s) of the warm-up, too.
	perSecond float64
	latencies []time.Duration
	bodyBytes int
	answers   int64
	created   int64
	read      int64
}

// quantile returns the latency that the share q of all answers did not exceed.
func (l loadResult) quantile(q float64) time.Duration {
	return l.latencies[min(int(q*float64(len(l.latencies))), len(l.latencies)-1)]
}

// loadWorker is one closed-loop client: it sends its requests repeatedly over one connection, each as soon
// as the last one is answered.
type loadWorker struct {
	loadResult

	script     []request
	connection *connection
	bytes      int
}

// load runs a client for each script, for warmUp+measured. An answer with another status than expected
// fails it.
func load(ctx context.Context, address string, scripts [][]request, warmUp, measured time.Duration) (loadResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	loopers := make([]*loadWorker, len(scripts))
	for i, script := range scripts {
		connected, err := dial(ctx, address, warmUp+measured+30*time.Second)
		if err != nil {
			return loadResult{}, err
		}
		defer connected.Close()
		loopers[i] = &loadWorker{script: script, connection: connected}
	}
	begin := time.Now().Add(warmUp)
	group, running := errgroup.WithContext(ctx)
	context.AfterFunc(running, cancel)
	for _, one := range loopers {
		group.Go(func() error { return one.run(begin, begin.Add(measured)) })
	}
	if err := group.Wait(); err != nil {
		return loadResult{}, err
	}
	return runWorkers(loopers, measured)
}

// run measures the answers between begin and end.
func (l *loadWorker) run(begin, end time.Time) error {
	sent := time.Now()
	for i := 0; sent.Before(end); i++ {
		request := &l.script[i%len(l.script)]
		answer, err := l.connection.exchange(request.bytes)
		if err != nil {
			return err
		}
		if answer.status != request.want {
			return fmt.Errorf("answered with %d instead of %d: %.200s", answer.status, request.want, answer.body)
		}
		l.answers++
		switch answer.status {
		case http.StatusCreated:
			l.created++
		case http.StatusOK:
			l.read++
		}
		answered := time.Now()
		if answered.After(begin) && !answered.After(end) {
			l.latencies = append(l.latencies, answered.Sub(sent))
			l.bytes += len(answer.body)
		}
		sent = answered
	}
	return nil
}

func runWorkers(loopers []*loadWorker, measured time.Duration) (loadResult, error) {
	var all loadResult
	for _, one := range loopers {
		all.latencies = append(all.latencies, one.latencies...)
		all.bodyBytes += one.bytes
		all.answers += one.answers
		all.created += one.created
		all.read += one.read
	}
	if len(all.latencies) == 0 {
		return all, errors.New("nothing was answered in the measured time")
	}
	slices.Sort(all.latencies)
	all.perSecond = float64(len(all.latencies)) / measured.Seconds()
	all.bodyBytes /= len(all.latencies)
	return all, nil
}
