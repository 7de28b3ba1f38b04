// oracle TRACE.. prints what the official reader, golang.org/x/exp/trace, says of each trace, one JSON document a line.
//
//	oracle -events TRACE   every event as one line, for finding the first difference
//	oracle -views TRACE..  times of states, procs, tasks and regions, one JSON document a line
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/exp/trace"
)

type facts struct {
	File            string           `json:"file"`
	Error           string           `json:"error"`
	Version         string           `json:"version"`
	Duration        int64            `json:"duration_ns"`
	Goroutines      int              `json:"goroutines"`
	GoroutinesEnded int              `json:"goroutines_ended"`
	Procs           int              `json:"procs"`
	Threads         int              `json:"threads"`
	TasksOpen       int              `json:"tasks_open"`
	RegionsOpen     int              `json:"regions_open"`
	TasksBegun      map[string]int   `json:"tasks_begun"`
	RegionsBegun    map[string]int   `json:"regions_begun"`
	LogsByCategory  map[string]int   `json:"logs"`
	CreatedByStart  map[string]int   `json:"goroutines_created_by_start_func"`
	BlockedAtEnd    map[string]int   `json:"blocked_at_end"`
	StateNs         map[string]int64 `json:"state_ns"`
	WaitNsByReason  map[string]int64 `json:"wait_ns_by_reason"`
	Events          map[string]int   `json:"events"`
	Ranges          map[string]int   `json:"ranges"`
	CPUSamples      int              `json:"cpu_samples"`
	lastEvent       trace.Time
	firstEvent      trace.Time
	seenProc        map[trace.ProcID]bool
	seenThread      map[trace.ThreadID]bool
	seenGoroutine   map[trace.GoID]*goroutine
	openTasks       map[trace.TaskID]bool
	openRanges      map[trace.Range]bool
	openRegions     map[trace.GoID][]region
}

type region struct {
	task trace.TaskID
	name string
}

type goroutine struct {
	state      trace.GoState
	since      trace.Time
	reason     string
	stackOuter string
}

func newFacts(file string) *facts {
	return &facts{
		File: file, TasksBegun: map[string]int{}, RegionsBegun: map[string]int{}, LogsByCategory: map[string]int{},
		CreatedByStart: map[string]int{}, BlockedAtEnd: map[string]int{}, StateNs: map[string]int64{"Running": 0, "Runnable": 0, "Waiting": 0, "Syscall": 0}, WaitNsByReason: map[string]int64{},
		Events: map[string]int{}, Ranges: map[string]int{},
		seenProc: map[trace.ProcID]bool{}, seenThread: map[trace.ThreadID]bool{}, seenGoroutine: map[trace.GoID]*goroutine{},
		openRanges: map[trace.Range]bool{},
		openTasks:  map[trace.TaskID]bool{}, openRegions: map[trace.GoID][]region{},
	}
}

func outermost(s trace.Stack) string {
	name := ""
	for f := range s.Frames() {
		name = f.Func
	}
	return name
}

func (f *facts) g(id trace.GoID) *goroutine {
	g := f.seenGoroutine[id]
	if g == nil {
		g = &goroutine{}
		f.seenGoroutine[id] = g
	}
	return g
}

func (f *facts) transition(ev *trace.Event) {
	st := ev.StateTransition()
	if st.Resource.Kind == trace.ResourceProc {
		f.seenProc[st.Resource.Proc()] = true
		return
	}
	if st.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	from, to := st.Goroutine()
	id := st.Resource.Goroutine()
	g := f.g(id)
	if outer := outermost(st.Stack); outer != "" {
		g.stackOuter = outer
	}
	if from == trace.GoNotExist {
		f.CreatedByStart[outermost(st.Stack)]++
	}
	if from == to {
		return // a status at the start of a generation
	}
	if from != trace.GoNotExist && from != trace.GoUndetermined {
		ns := int64(ev.Time() - g.since)
		f.StateNs[from.String()] += ns
		if from == trace.GoWaiting {
			f.WaitNsByReason[g.reason] += ns
		}
	}
	g.state, g.since, g.reason = to, ev.Time(), st.Reason
	if to == trace.GoNotExist {
		f.GoroutinesEnded++
	}
}

func (f *facts) add(ev *trace.Event) {
	if len(f.Events) == 0 {
		f.firstEvent = ev.Time()
	}
	f.lastEvent = ev.Time()
	f.Events[kindName(ev)]++
	if g := ev.Goroutine(); g != trace.NoGoroutine {
		f.g(g)
	}
	if p := ev.Proc(); p != trace.NoProc {
		f.seenProc[p] = true
	}
	if m := ev.Thread(); m != trace.NoThread {
		f.seenThread[m] = true
	}
	switch ev.Kind() {
	case trace.EventStateTransition:
		f.transition(ev)
	case trace.EventTaskBegin:
		f.TasksBegun[ev.Task().Type]++
		f.openTasks[ev.Task().ID] = true
	case trace.EventTaskEnd:
		delete(f.openTasks, ev.Task().ID)
	case trace.EventRegionBegin:
		r := ev.Region()
		f.RegionsBegun[r.Type]++
		f.openRegions[ev.Goroutine()] = append(f.openRegions[ev.Goroutine()], region{r.Task, r.Type})
	case trace.EventRegionEnd:
		if open := f.openRegions[ev.Goroutine()]; len(open) > 0 {
			f.openRegions[ev.Goroutine()] = open[:len(open)-1]
		}
	case trace.EventLog:
		f.LogsByCategory[ev.Log().Category]++
	case trace.EventRangeBegin, trace.EventRangeActive:
		if r := ev.Range(); !f.openRanges[r] {
			f.openRanges[r] = true
			f.Ranges[r.Name]++
		}
	case trace.EventRangeEnd:
		delete(f.openRanges, ev.Range())
	case trace.EventStackSample:
		f.CPUSamples++
	}
}

func (f *facts) finish() {
	f.Duration = int64(f.lastEvent - f.firstEvent)
	f.Goroutines = len(f.seenGoroutine)
	f.Procs = len(f.seenProc)
	f.Threads = len(f.seenThread)
	f.TasksOpen = len(f.openTasks)
	for _, open := range f.openRegions {
		f.RegionsOpen += len(open)
	}
	for _, g := range f.seenGoroutine {
		if g.state == trace.GoWaiting {
			f.BlockedAtEnd[fmt.Sprintf("%s [%s]", g.stackOuter, g.reason)]++
		}
	}
}

// The kind of an event in the words of model/event.h.
func kindName(ev *trace.Event) string {
	switch ev.Kind() {
	case trace.EventSync:
		return "sync"
	case trace.EventMetric:
		return "metric"
	case trace.EventLabel:
		return "label"
	case trace.EventStackSample:
		return "cpu-sample"
	case trace.EventRangeBegin:
		return "range-begin"
	case trace.EventRangeActive:
		return "range-active"
	case trace.EventRangeEnd:
		return "range-end"
	case trace.EventTaskBegin:
		return "task-begin"
	case trace.EventTaskEnd:
		return "task-end"
	case trace.EventRegionBegin:
		return "region-begin"
	case trace.EventRegionEnd:
		return "region-end"
	case trace.EventLog:
		return "log"
	case trace.EventStateTransition:
		if ev.StateTransition().Resource.Kind == trace.ResourceProc {
			return "proc-state"
		}
		return "goroutine-state"
	}
	return "experimental"
}

func read(file string, visit func(*trace.Event)) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := trace.NewReader(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		return err
	}
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		visit(&ev)
	}
}

func header(file string) string {
	in, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer in.Close()
	var text [16]byte
	n, _ := io.ReadFull(in, text[:])
	return strings.TrimRight(string(text[:n]), "\x00")
}

// Events as `gotrace dump --stacks` prints them: the form is in render/event_text.h.

func quoted(text string) string {
	out := []byte{'"'}
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < 0x20 || c == 0x7f:
			out = append(out, fmt.Sprintf("\\x%02x", c)...)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, '"'))
}

func word(name string) string {
	plain := name != "" && name != "<" && name != "=>" && name != "@"
	for _, c := range []byte(name) {
		plain = plain && c > 0x20 && c != '"' && c != '\\' && c != 0x7f
	}
	if plain {
		return name
	}
	return quoted(name)
}

func stackText(s trace.Stack) string {
	var frames []string
	for f := range s.Frames() {
		if f.Func == "" && f.PC == 0 {
			continue // a stack that the runtime could not unwind; ours is empty
		}
		frames = append(frames, fmt.Sprintf("%s %s:%d", word(f.Func), word(f.File[strings.LastIndex(f.File, "/")+1:]), f.Line))
	}
	return strings.Join(frames, " < ")
}

func whatText(ev *trace.Event) string {
	switch ev.Kind() {
	case trace.EventStateTransition:
		st := ev.StateTransition()
		if st.Resource.Kind == trace.ResourceProc {
			from, to := st.Proc()
			return fmt.Sprintf("proc %d %s->%s", st.Resource.Proc(), from, to)
		}
		from, to := st.Goroutine()
		text := fmt.Sprintf("goroutine %d %s->%s", st.Resource.Goroutine(), from, to)
		if st.Reason != "" {
			text += " " + quoted(st.Reason)
		}
		return text
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		r := ev.Range()
		text := kindName(ev) + " " + quoted(r.Name)
		switch r.Scope.Kind {
		case trace.ResourceGoroutine:
			text += fmt.Sprintf(" goroutine %d", r.Scope.Goroutine())
		case trace.ResourceProc:
			text += fmt.Sprintf(" proc %d", r.Scope.Proc())
		case trace.ResourceThread:
			text += fmt.Sprintf(" thread %d", r.Scope.Thread())
		}
		return text
	case trace.EventTaskBegin, trace.EventTaskEnd:
		t := ev.Task()
		text := fmt.Sprintf("%s %d %s", kindName(ev), t.ID, quoted(t.Type))
		if t.Parent != trace.NoTask {
			text += fmt.Sprintf(" of %d", t.Parent)
		}
		return text
	case trace.EventRegionBegin, trace.EventRegionEnd:
		r := ev.Region()
		return fmt.Sprintf("%s %d %s", kindName(ev), r.Task, quoted(r.Type))
	case trace.EventLog:
		l := ev.Log()
		return fmt.Sprintf("log %d %s %s", l.Task, quoted(l.Category), quoted(l.Message))
	case trace.EventMetric:
		m := ev.Metric()
		return fmt.Sprintf("metric %s %d", quoted(m.Name), m.Value.Uint64())
	case trace.EventLabel:
		l := ev.Label()
		return fmt.Sprintf("label %d %s", l.Resource.Goroutine(), quoted(l.Label))
	case trace.EventSync:
		// Ours has the generation's number as well, which this reader does not tell.
		text := fmt.Sprintf("sync clock_ns %d", ev.Time())
		if clock := ev.Sync().ClockSnapshot; clock != nil {
			text += fmt.Sprintf(" unix_ns %d", clock.Wall.UnixNano()+int64(ev.Time()-clock.Trace))
		}
		return text
	case trace.EventExperimental:
		return "experimental " + quoted(ev.Experimental().Name)
	}
	return kindName(ev)
}

func eventText(ev *trace.Event, begin trace.Time) string {
	since := ev.Time() - begin
	text := fmt.Sprintf("%d.%09d", since/1e9, since%1e9)
	if m := ev.Thread(); m != trace.NoThread {
		text += fmt.Sprintf(" m%d", m)
	}
	if p := ev.Proc(); p != trace.NoProc {
		text += fmt.Sprintf(" p%d", p)
	}
	if g := ev.Goroutine(); g != trace.NoGoroutine {
		text += fmt.Sprintf(" g%d", g)
	}
	text += " " + whatText(ev)
	stack := stackText(ev.Stack())
	if stack != "" {
		text += " @ " + stack
	}
	if ev.Kind() == trace.EventStateTransition {
		if subject := stackText(ev.StateTransition().Stack); subject != "" && subject != stack {
			text += " => " + subject
		}
	}
	return text
}

// The last sync is the end: only what comes next tells.
func printEvents(file string, out io.Writer) error {
	var begin trace.Time
	count, last := 0, ""
	err := read(file, func(ev *trace.Event) {
		if count == 0 {
			begin = ev.Time()
		}
		if count > 0 {
			fmt.Fprintln(out, last)
		}
		last = eventText(ev, begin)
		count++
	})
	if at := strings.Index(last, " sync clock_ns"); at >= 0 && err == nil {
		last = last[:at] + " sync end"
	}
	fmt.Fprintln(out, last)
	return err
}

func main() {
	events := flag.Bool("events", false, "print every event instead of the facts")
	sums := flag.Bool("views", false, "print what the views of a trace are sums over instead of the facts")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, file := range flag.Args() {
		if *events {
			if err := printEvents(file, out); err != nil {
				fmt.Fprintln(out, "error")
			}
			continue
		}
		if *sums {
			v := newViews(file)
			if err := read(file, v.see); err != nil {
				v.Error = strings.SplitN(err.Error(), "\n", 2)[0]
			}
			v.finish()
			json.NewEncoder(out).Encode(v)
			continue
		}
		f := newFacts(file)
		f.Version = header(file)
		if err := read(file, f.add); err != nil {
			f.Error = strings.SplitN(err.Error(), "\n", 2)[0]
		}
		f.finish()
		json.NewEncoder(out).Encode(f)
	}
}
