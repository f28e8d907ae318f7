package main

import (
	"context"
	"fmt"
)

// relation is a table or an index and its size.
type relation struct {
	name  string
	bytes int64
}

const (
	selectPostgresSizes = `
		SELECT c.relname, pg_total_relation_size(c.oid) - CASE WHEN c.relkind = 'r' THEN pg_indexes_size(c.oid) ELSE 0 END
		FROM pg_class c WHERE c.relnamespace = CAST('public' AS regnamespace) AND c.relkind IN ('r', 'i') ORDER BY 2 DESC LIMIT 16`
	selectSQLiteSizes = `
		SELECT name, sum(pgsize) FROM dbstat WHERE aggregate = TRUE GROUP BY name ORDER BY 2 DESC LIMIT 16`
)

// sizes lists the largest tables and indexes.
func (g *grown) sizes(ctx context.Context) ([]relation, error) {
	query := selectSQLiteSizes
	if g.database.postgres != nil {
		query = selectPostgresSizes
	}
	rows, err := g.database.sql.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("sizes: %w", err)
	}
	defer rows.Close()
	var all []relation
	for rows.Next() {
		var one relation
		if err := rows.Scan(&one.name, &one.bytes); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
