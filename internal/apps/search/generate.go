package search

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../../api/swagger.yml
