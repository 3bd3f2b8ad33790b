// Program pocketbase is the other program that scripts/bench.sh measures for
// scale. It is built in a folder and a module of its own.
package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	app := pocketbase.New()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		c := core.NewBaseCollection("record")
		// Anyone may create and list: nothing is asked that would slow it down.
		c.CreateRule, c.ListRule = types.Pointer(""), types.Pointer("")
		for _, name := range []string{"reference", "authority", "state", "names", "answers"} {
			c.Fields.Add(&core.TextField{Name: name})
		}
		c.Fields.Add(&core.AutodateField{Name: "created", OnCreate: true})
		c.AddIndex("record_created", false, "created", "")
		if err := app.Save(c); err != nil {
			return err
		}
		return e.Next()
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}
