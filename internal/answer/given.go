package answer

import (
	"fmt"
	"strings"
)

// Given reads answers as people write them in YAML: one value, a list of
// values, parts of an address, {not_known: why}, or a list of rows, which are
// named r1, r2 and so on.
func Given(values map[string]any) Set {
	out := Set{}
	for k, v := range values {
		rows, ok := v.([]any)
		if !ok || len(rows) == 0 {
			out[Key(k)] = One(v)
			continue
		}
		if _, isRow := rows[0].(map[string]any); !isRow {
			out[Key(k)] = One(v)
			continue
		}
		var ids []string
		for i, row := range rows {
			id := fmt.Sprintf("r%d", i+1)
			ids = append(ids, id)
			questions, _ := row.(map[string]any)
			for q, x := range questions {
				out[RowKey(k, id, q)] = One(x)
			}
		}
		out[Key(k)] = List(ids...)
	}
	return out
}

// One reads one answer as Given does.
func One(v any) Answer {
	switch x := v.(type) {
	case []any:
		list := make([]string, len(x))
		for i, y := range x {
			list[i] = fmt.Sprint(y)
		}
		return List(list...)
	case map[string]any:
		if why, ok := x["not_known"]; ok {
			return Answer{NotKnown: fmt.Sprint(why)}
		}
		parts := map[string]string{}
		for k, y := range x {
			parts[k] = fmt.Sprint(y)
		}
		return Answer{Parts: parts}
	}
	return Text(strings.TrimSpace(fmt.Sprint(v)))
}
