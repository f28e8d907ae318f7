package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"messenger-api/client"
	"messenger-api/internal/testkit/freeport"
)

// fact is measured once, on separate servers with the embedded database, before all figures.
type fact struct {
	name    string
	measure func(context.Context, *lab) ([]factValue, error)
}

type factValue struct{ name, value, target string }

// logIns is the number of log-ins after which the memory is measured.
const logIns = 100

func facts(o options) []fact {
	all := []fact{{"start", measureStarts}, {"memory", measureMemory}, {"size of the binary", measureSize}}
	return slices.DeleteFunc(all, func(one fact) bool { return !o.only.MatchString(one.name) })
}

// measureStarts measures the time from exec to the answers: of a first start, which creates the database,
// and of the next one.
func measureStarts(ctx context.Context, l *lab) ([]factValue, error) {
	var first, next [2][]time.Duration
	for i := range l.options.starts {
		database, err := openEmbedded(ctx, l, fmt.Sprintf("start-%d", i))
		if err != nil {
			return nil, err
		}
		for _, times := range []*[2][]time.Duration{&first, &next} {
			ping, pingDB, err := l.measureStart(ctx, database)
			if err != nil {
				return nil, err
			}
			times[0], times[1] = append(times[0], ping), append(times[1], pingDB)
		}
	}
	value := func(name string, times []time.Duration, target string) factValue {
		return factValue{name, fmt.Sprintf("%.0f ms", milliseconds(median(times))), target}
	}
	return []factValue{
		value("first start to /ping", first[0], "300 ms"), value("first start to /ping_db", first[1], "300 ms"),
		value("next start to /ping", next[0], "300 ms"), value("next start to /ping_db", next[1], "300 ms"),
	}, nil
}

func (l *lab) measureStart(ctx context.Context, database *database) (ping, pingDB time.Duration, err error) {
	address, err := freeport.Address()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	started, err := startProcess(l.path("start.log"), address, settingsOf(address, "warn", database), l.binary, "serve")
	if err != nil {
		return 0, 0, err
	}
	err = started.await(ctx, "/ping")
	ping = time.Since(began)
	if err == nil {
		err = started.await(ctx, "/ping_db")
	}
	pingDB = time.Since(began)
	if stopped := started.stop(); err == nil {
		err = stopped
	}
	return ping, pingDB, started.explain(err)
}

// measureMemory measures the resident memory a second after the start, after log-ins, and after some idle
// time.
func measureMemory(ctx context.Context, l *lab) ([]factValue, error) {
	database, err := openEmbedded(ctx, l, "memory")
	if err != nil {
		return nil, err
	}
	on, err := l.startServer(ctx, "memory", "warn", database)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	var values []factValue
	read := func(name, target string) error {
		kilobytes, err := on.resident()
		values = append(values, factValue{name, fmt.Sprintf("%.1f MB", float64(kilobytes)*1024/1e6), target})
		return err
	}
	if err := read("memory at rest", "40 MB"); err != nil {
		return nil, err
	}
	if _, err := newSpeaker(ctx, on.address, "memory"); err != nil {
		return nil, err
	}
	guest, err := client.NewClientWithResponses("http://" + on.address)
	if err != nil {
		return nil, err
	}
	for range logIns {
		credentials := client.Credentials{UserName: "memory", Password: "memory has a password"}
		if _, err := logIn(ctx, guest, credentials); err != nil {
			return nil, err
		}
	}
	if err := read(fmt.Sprintf("memory after %d log-ins", logIns), ""); err != nil {
		return nil, err
	}
	time.Sleep(10 * time.Second)
	return values, read("memory 10 s later", "")
}

// resident is the resident memory of the process, in KiB.
func (p *process) resident() (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "\nVmRSS:")
	return strconv.Atoi(strings.Fields(rest + " none")[0])
}

func measureSize(_ context.Context, l *lab) ([]factValue, error) {
	info, err := os.Stat(l.binary)
	if err != nil {
		return nil, err
	}
	return []factValue{{"size of the binary", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), ""}}, nil
}
