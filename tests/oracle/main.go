// oracle TRACE.. prints what the official reader, golang.org/x/exp/trace, says of each trace, one JSON document a line.
//
//	oracle -events TRACE   every event as one line, for finding the first difference
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

func stackText(s trace.Stack) string {
	var names []string
	for f := range s.Frames() {
		names = append(names, fmt.Sprintf("%s:%d", f.Func, f.Line))
	}
	return strings.Join(names, ";")
}

func eventText(ev *trace.Event) string {
	s := fmt.Sprintf("%d M=%d P=%d G=%d ", ev.Time(), ev.Thread(), ev.Proc(), ev.Goroutine())
	switch ev.Kind() {
	case trace.EventStateTransition:
		st := ev.StateTransition()
		if st.Resource.Kind == trace.ResourceGoroutine {
			from, to := st.Goroutine()
			s += fmt.Sprintf("goroutine-state %d %s->%s reason=%q subject_stack=%s", st.Resource.Goroutine(), from, to, st.Reason, stackText(st.Stack))
		} else {
			from, to := st.Proc()
			s += fmt.Sprintf("proc-state %d %s->%s", st.Resource.Proc(), from, to)
		}
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		r := ev.Range()
		id := int64(-1)
		switch r.Scope.Kind {
		case trace.ResourceGoroutine:
			id = int64(r.Scope.Goroutine())
		case trace.ResourceProc:
			id = int64(r.Scope.Proc())
		case trace.ResourceThread:
			id = int64(r.Scope.Thread())
		}
		s += fmt.Sprintf("%s %q %d", kindName(ev), r.Name, id)
	case trace.EventTaskBegin, trace.EventTaskEnd:
		t := ev.Task()
		s += fmt.Sprintf("%s %d %q parent=%d", kindName(ev), t.ID, t.Type, int64(t.Parent))
	case trace.EventRegionBegin, trace.EventRegionEnd:
		r := ev.Region()
		s += fmt.Sprintf("%s %d %q", kindName(ev), r.Task, r.Type)
	case trace.EventLog:
		l := ev.Log()
		s += fmt.Sprintf("log %d %q %q", l.Task, l.Category, l.Message)
	case trace.EventMetric:
		m := ev.Metric()
		s += fmt.Sprintf("metric %s %d", m.Name, m.Value.Uint64())
	case trace.EventLabel:
		l := ev.Label()
		s += fmt.Sprintf("label %d %q", l.Resource.Goroutine(), l.Label)
	case trace.EventStackSample:
		s += "cpu-sample"
	case trace.EventSync:
		s += "sync"
		if clock := ev.Sync().ClockSnapshot; clock != nil {
			s += fmt.Sprintf(" wall=%d", clock.Wall.UnixNano()+int64(ev.Time()-clock.Trace))
		}
	case trace.EventExperimental:
		s += "experimental " + ev.Experimental().Name
	}
	return s + " stack=" + stackText(ev.Stack())
}

func main() {
	events := flag.Bool("events", false, "print every event instead of the facts")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, file := range flag.Args() {
		if *events {
			if err := read(file, func(ev *trace.Event) { fmt.Fprintln(out, eventText(ev)) }); err != nil {
				fmt.Fprintln(out, "error")
			}
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
