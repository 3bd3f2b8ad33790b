package journeys
import ("testing";"fmt";"time")
func TestZZ(t *testing.T){ w:=at(t,"2026-03-17T10:00"); lead:=w.worker("Asha Noor","referrer","school"); b:=w.tab("zz"); b.Width(360); b.signIn(lead)
d,err:=w.desk.StartDraft(t.Context(),w.as(lead),"referral",professional()); if err!=nil{t.Fatal(err)}
b.goTo("/refer/"+d.ID+"/worry")
b.write("worry_facts","words")
b.WaitText("[data-autosave-status]", "Saved 10:0")
	w.endSessions(lead)
	b.write("worry_reported", "Bella says that he shouts.")
	b.Wait("dialog[open]")
	again := &tab{Page: b.Beside(), w: w, name: "professional-again"}
	again.signIn(lead)
	b.mark("I have signed in")
	b.Click("[data-press]")
	b.WaitText("[data-autosave-status]", "Saved 10:0")
	fmt.Println("dialog open:", b.Eval("String(!!document.querySelector('dialog[open]'))"), b.Text("[data-autosave-status]"))
if err:=w.desk.DropDraft(t.Context(),w.as(lead),d.ID);err!=nil{t.Fatal(err)}
b.mark("Save and continue")
fmt.Println(b.Eval("document.visibilityState"), b.Eval("document.querySelector('[data-press]').outerHTML"))
fmt.Println(b.Eval("(()=>{const r=document.querySelector('[data-press]').getBoundingClientRect(); document.addEventListener('click',e=>{window.__c=e.target.outerHTML.slice(0,200)},true); document.querySelector('form[data-autosave]').addEventListener('submit',e=>{window.__s=String(e.defaultPrevented)}); return JSON.stringify(r)})()"))
b.Click("[data-press]")
time.Sleep(3*time.Second)
fmt.Println(b.Eval("location.href+' '+window.__c+' '+window.__s"))
b.look("")
}
