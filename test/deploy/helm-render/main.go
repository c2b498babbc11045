// Renders a chart with its subcharts as Helm does, as far as the charts here go: for where Helm is not installed.
//
//	helm-render CHART RELEASE [VALUES.yaml ...]
//
// Prints each document after a line "# Source: path". A dependency "file://…" is read from there. Sprig is Debian's.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	yaml "gopkg.in/yaml.v2"
)

type values = map[string]interface{}

// metadata is what templates see of Chart.yaml.
type metadata struct {
	Name, Version, AppVersion, Description, Type string
	Dependencies                                 []dependency
}

type dependency struct{ Name, Repository string }

type chart struct {
	meta      metadata
	values    values
	templates map[string]string
	subcharts map[string]*chart
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	root, err := load(args[0])
	if err != nil {
		return err
	}
	given := values{}
	for _, file := range args[2:] {
		more, err := readYaml(file)
		if err != nil {
			return err
		}
		overlay(given, more)
	}
	release := values{"Name": args[1], "Namespace": "default", "Service": "Helm", "IsInstall": true, "Revision": 1}
	all := template.New("all").Option("missingkey=zero")
	all.Funcs(functions(all))
	contexts := map[string]values{}
	if _, err := place(root, given, release, contexts, all, ""); err != nil {
		return err
	}
	return print(all, contexts)
}

func load(path string) (*chart, error) {
	found := &chart{templates: map[string]string{}, subcharts: map[string]*chart{}}
	text, err := os.ReadFile(filepath.Join(path, "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	if err := fromYaml(text, &found.meta); err != nil {
		return nil, err
	}
	if found.values, err = readYaml(filepath.Join(path, "values.yaml")); err != nil {
		return nil, err
	}
	files, _ := filepath.Glob(filepath.Join(path, "templates", "*"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found.templates["templates/"+filepath.Base(file)] = string(text)
	}
	for _, one := range found.meta.Dependencies {
		beside := filepath.Join(path, strings.TrimPrefix(one.Repository, "file://"))
		if found.subcharts[one.Name], err = load(beside); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// place parses a chart's templates and makes what they are rendered with. A subchart sees its own part of the values.
func place(one *chart, given, release values, contexts map[string]values, all *template.Template, under string) (values, error) {
	own := copied(one.values)
	overlay(own, given)
	prefix := under + one.meta.Name
	subcharts := values{}
	context := values{"Chart": one.meta, "Release": release, "Values": own, "Subcharts": subcharts, "Capabilities": values{}}
	for name, child := range one.subcharts {
		part, _ := own[name].(values)
		seen, err := place(child, part, release, contexts, all, prefix+"/charts/")
		if err != nil {
			return nil, err
		}
		subcharts[name] = seen
		own[name] = seen["Values"]
	}
	for file, text := range one.templates {
		path := prefix + "/" + file
		if _, err := all.New(path).Parse(text); err != nil {
			return nil, err
		}
		contexts[path] = context
	}
	return context, nil
}

func print(all *template.Template, contexts map[string]values) error {
	paths := make([]string, 0, len(contexts))
	for path := range contexts {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		if strings.HasPrefix(filepath.Base(path), "_") {
			continue
		}
		text, err := execute(all, path, contexts[path])
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", path, text)
		}
	}
	return nil
}

func execute(all *template.Template, name string, data interface{}) (string, error) {
	var out bytes.Buffer
	err := all.ExecuteTemplate(&out, name, data)
	// What is not there is empty, as Helm has it.
	return strings.ReplaceAll(out.String(), "<no value>", ""), err
}

// functions are sprig's without those that read the environment, and Helm's own.
func functions(all *template.Template) template.FuncMap {
	found := sprig.TxtFuncMap()
	delete(found, "env")
	delete(found, "expandenv")
	found["include"] = func(name string, data interface{}) (string, error) { return execute(all, name, data) }
	found["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(integers(plain(value)))
		return strings.TrimSuffix(string(text), "\n"), err
	}
	found["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	found["fromYaml"] = func(text string) (values, error) {
		read := values{}
		return read, fromYaml([]byte(text), &read)
	}
	return found
}

func readYaml(path string) (values, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	read := values{}
	if err := fromYaml(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}

// fromYaml reads YAML 1.1 by way of JSON, as Helm does: every number is a float64.
func fromYaml(text []byte, into interface{}) error {
	var raw interface{}
	if err := yaml.Unmarshal(text, &raw); err != nil {
		return err
	}
	asJSON, err := json.Marshal(plain(raw))
	if err != nil {
		return err
	}
	return json.Unmarshal(asJSON, into)
}

// overlay puts values over others. One that is null takes the other away.
func overlay(under, over values) {
	for key, value := range over {
		below, isMap := under[key].(values)
		above, areMaps := value.(values)
		switch {
		case value == nil:
			delete(under, key)
		case isMap && areMaps:
			overlay(below, above)
		default:
			under[key] = value
		}
	}
}

func copied(from values) values {
	to := values{}
	for key, value := range from {
		if inner, isMap := value.(values); isMap {
			value = copied(inner)
		}
		to[key] = value
	}
	return to
}

// plain turns maps as yaml.v2 has them to maps as JSON has them.
func plain(value interface{}) interface{} {
	switch of := value.(type) {
	case map[interface{}]interface{}:
		to := values{}
		for key, inner := range of {
			to[fmt.Sprint(key)] = plain(inner)
		}
		return to
	case values:
		to := values{}
		for key, inner := range of {
			to[key] = plain(inner)
		}
		return to
	case []interface{}:
		to := make([]interface{}, 0, len(of))
		for _, inner := range of {
			to = append(to, plain(inner))
		}
		return to
	}
	return value
}

// integers writes 60 as 60 and not as 6e+01.
func integers(value interface{}) interface{} {
	switch of := value.(type) {
	case float64:
		if of == float64(int64(of)) {
			return int64(of)
		}
	case values:
		for key, inner := range of {
			of[key] = integers(inner)
		}
	case []interface{}:
		for index, inner := range of {
			of[index] = integers(inner)
		}
	}
	return value
}
