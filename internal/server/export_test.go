package server

import (
	"context"
	"io"

	"messenger-api/internal/httpkit"
)

// AppNames are the names of all apps.
var AppNames = names(catalogue())

// Operations lists the operations in the router of a server with these settings.
func Operations(ctx context.Context, environment []string) ([]httpkit.Operation, error) {
	process := Process{Environment: environment, Stderr: io.Discard}
	cfg, on, err := settings(process)
	if err != nil {
		return nil, err
	}
	log := newLogger(cfg.Log, process)
	opened, err := openDatabase(ctx, cfg, telemetry{}, log)
	if err != nil {
		return nil, err
	}
	all, err := withDatabaseOpen(opened, cfg, on, telemetry{}, log)
	if err != nil {
		return nil, err
	}
	defer all.close(log)
	built, err := build(on, cfg, all, log)
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
