package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"valise/browser"
	"valise/crypto"
	"valise/problem"
	"valise/profiles"
	"valise/profiles/vault"
)

// The codes of errors. Hyperbeam publishes none of its own; these are what docs/engine.md promises.
const (
	codeInvalid      = "err_invalid_request"
	codeUnauthorized = "err_unauthorized"
	codeForbidden    = "err_forbidden"
	codeNoSession    = "err_session_not_found"
	codeSessionEnded = "err_session_ended"
	codeNoProfile    = "err_profile_not_found"
	codeNoSnapshot   = "err_snapshot_not_found"
	codeNotFound     = "err_not_found"
	codeInUse        = "err_profile_in_use"
	codeConflict     = "err_conflict"
	codeDamaged      = "err_profile_damaged"
	codeBadFile      = "err_bad_file"
	codePassphrase   = "err_wrong_passphrase"
	codeTooLarge     = "err_too_large"
	codeTooMany      = "err_too_many_requests"
	codeFull         = "err_too_many_sessions"
	codeWrongHost    = "err_wrong_host"
	codeNoBrowser    = "err_browser_unavailable"
	codeNoStorage    = "err_storage_unavailable"
	codeClosing      = "err_engine_closing"
	codeInternal     = "err_internal"
)

// refusal is an error as the API tells it.
type refusal struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) Error() string { return r.Message }

func refuse(status int, code, format string, a ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(format, a...)}
}

func invalid(format string, a ...any) *refusal {
	return refuse(http.StatusBadRequest, codeInvalid, format, a...)
}

// refusalFor tells of an error what a caller elsewhere may know: causes that can be acted on with what to do, all others
// only as such. What is withheld is in the engine's log.
func refusalFor(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	tell := func(status int, code string) *refusal {
		message := err.Error()
		if next := problem.NextStep(err); next != "" {
			message += ". " + next
		}
		return &refusal{status, code, message}
	}
	if missing, ok := errors.AsType[*profiles.NotFoundError](err); ok {
		code := map[string]string{"profile": codeNoProfile, "snapshot": codeNoSnapshot, "session": codeNoSession}[missing.What]
		return refuse(http.StatusNotFound, code, "%v", missing)
	}
	if inUse, ok := errors.AsType[*profiles.InUseError](err); ok && inUse.Elsewhere {
		return refuse(http.StatusConflict, codeInUse, "%v. Load the profile without saving to it, or try again when it is closed there", inUse)
	} else if ok {
		return refuse(http.StatusConflict, codeInUse, "%v. End its session %v first, or load the profile without saving to it", inUse, inUse.Session)
	}
	if taken, ok := errors.AsType[*profiles.NameTakenError](err); ok {
		return refuse(http.StatusConflict, codeConflict, "%v", taken)
	}
	for _, known := range []struct {
		status int
		code   string
		errors []error
	}{
		{http.StatusConflict, codeConflict, []error{profiles.ErrNothingSaved, profiles.ErrNewest, profiles.ErrNothingBefore, profiles.ErrGivenUp}},
		{http.StatusBadRequest, codePassphrase, []error{crypto.ErrWrongPassphrase}},
		{http.StatusBadRequest, codeBadFile, []error{profiles.ErrFileDamaged, profiles.ErrNotPortable}},
		{http.StatusInternalServerError, codeDamaged, []error{crypto.ErrDamaged, crypto.ErrWrongKey}},
		{http.StatusServiceUnavailable, codeNoStorage, []error{vault.ErrDiskFull, vault.ErrUnreachable, profiles.ErrKept}},
		{http.StatusServiceUnavailable, codeNoBrowser, []error{browser.ErrNoBrowser, browser.ErrRoot, browser.ErrDidNotStart, browser.ErrNoScreen, browser.ErrNotFenced}},
	} {
		for _, sentinel := range known.errors {
			if errors.Is(err, sentinel) {
				return tell(known.status, known.code)
			}
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(http.StatusRequestEntityTooLarge, codeTooLarge, "the body is larger than this call takes")
	}
	return refuse(http.StatusInternalServerError, codeInternal, "something went wrong in the engine; its log says more")
}

// answerError sends an error, writes those into the log that are the engine's fault, and returns the status.
func answerError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) int {
	told := refusalFor(err)
	if told.Status >= 500 && !errors.Is(err, context.Canceled) {
		log.Error("a request failed", "method", r.Method, "operation", r.Pattern, "error", err)
	}
	if told.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	answer(w, told.Status, told)
	return told.Status
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// shorten makes what a caller sent fit for a message.
func shorten(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + "…"
	}
	return s
}
