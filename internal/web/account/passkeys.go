package account

import (
	"encoding/json"
	"io"
	"net/http"

	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"
)

func (a *rooms) script(w http.ResponseWriter, _ *http.Request) error {
	b, err := files.ReadFile("passkey.js")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b)
	return nil
}

func passkeys(acct store.Account) []secret.Passkey {
	var all []secret.Passkey
	if len(acct.Passkeys) > 0 && json.Unmarshal(acct.Passkeys, &all) != nil {
		return nil
	}
	return all
}

func hasPasskeys(acct store.Account) bool { return len(passkeys(acct)) > 0 }

func answerJSON(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
	return nil
}

func goOn(w http.ResponseWriter, next string) error {
	b, err := json.Marshal(map[string]string{"next": next})
	if err != nil {
		return err
	}
	return answerJSON(w, b)
}

func proof(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<17))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "Your passkey was not accepted. Try again, or sign in another way.")
	}
	return b, nil
}

func (a *rooms) aloneBegin(w http.ResponseWriter, r *http.Request) error {
	options, token, err := a.Gate.BeginPasskeyAlone(r.Context(), room.Source(r), web.Now(r))
	if err != nil {
		return err
	}
	a.setWorker(w, token)
	return answerJSON(w, options)
}

func (a *rooms) aloneFinish(w http.ResponseWriter, r *http.Request) error {
	return a.finish(w, r, func(answer []byte) (string, signin.Session, error) {
		return a.Gate.FinishPasskeyAlone(r.Context(), signin.WorkerToken(r), answer, room.Source(r), web.Now(r))
	})
}

func (a *rooms) secondBegin(w http.ResponseWriter, r *http.Request) error {
	options, err := a.Gate.BeginPasskey(r.Context(), signin.WorkerToken(r), web.Now(r))
	if err != nil {
		return err
	}
	return answerJSON(w, options)
}

func (a *rooms) secondFinish(w http.ResponseWriter, r *http.Request) error {
	return a.finish(w, r, func(answer []byte) (string, signin.Session, error) {
		return a.Gate.FinishPasskey(r.Context(), signin.WorkerToken(r), answer, web.Now(r))
	})
}

func (a *rooms) finish(w http.ResponseWriter, r *http.Request, prove func([]byte) (string, signin.Session, error)) error {
	answer, err := proof(r)
	if err != nil {
		return err
	}
	token, s, err := prove(answer)
	if err != nil {
		return err
	}
	_, worker, err := a.Gate.Who(r.Context(), token, web.Now(r))
	if err != nil {
		return err
	}
	a.passed(w, token, s.Worker)
	return goOn(w, room.Next(r, a.landing(worker, web.Now(r))))
}

func (a *rooms) addBegin(w http.ResponseWriter, r *http.Request) error {
	s, _, err := a.enrolling(r)
	if err != nil {
		return err
	}
	options, err := a.Gate.BeginAddPasskey(r.Context(), s, web.Now(r))
	if err != nil {
		return err
	}
	return answerJSON(w, options)
}

func (a *rooms) addFinish(w http.ResponseWriter, r *http.Request) error {
	s, worker, err := a.enrolling(r)
	if err != nil {
		return err
	}
	answer, err := proof(r)
	if err != nil {
		return err
	}
	token, codes, err := a.Gate.FinishAddPasskey(r.Context(), s, answer, web.Now(r))
	if err != nil {
		return err
	}
	next, err := a.enrolled(w, r, worker, token, codes)
	if err != nil {
		return err
	}
	return goOn(w, next)
}
