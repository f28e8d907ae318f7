package server

import (
	"context"
	"errors"
	"io"

	"messenger-api/internal/httpkit"
)

// AppNames are all apps that there are.
var AppNames = names(catalogue())

// Operations lists what a server with these settings serves, as its router has it.
func Operations(ctx context.Context, environment []string) (_ []httpkit.Operation, err error) {
	process := Process{Environment: environment}
	cfg, on, err := settings(process)
	if err != nil {
		return nil, err
	}
	log := newLogger(cfg.Log, io.Discard)
	opened, err := openDatabase(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	caches, err := openCaches(cfg, log)
	if err != nil {
		return nil, err
	}
	defer caches.close(log)
	built, err := build(on, cfg, opened, caches, log)
	if err != nil {
		return nil, err
	}
	router := httpkit.NewRouter(cfg.BodyMaxBytes())
	newHealth(opened.Ping).mount(router)
	for _, app := range built {
		if app.Mount != nil {
			app.Mount(router)
		}
	}
	return router.Operations(), nil
}
