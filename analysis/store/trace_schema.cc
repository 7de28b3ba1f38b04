#include "analysis/store/trace_tables.h"

// Every *_ns is since the trace's first event. What is not known is NULL: the begin of what began before the trace, the end
// of what was not over, a goroutine that did it where nobody did.
namespace analysis {

const char* const kTraceSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE damage (id INTEGER PRIMARY KEY, begin_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL, what TEXT NOT NULL);
CREATE TABLE functions (id INTEGER PRIMARY KEY, name TEXT NOT NULL, file TEXT NOT NULL);
CREATE TABLE frames (id INTEGER PRIMARY KEY, function_id INTEGER REFERENCES functions, line INTEGER NOT NULL,
                     address INTEGER NOT NULL);
CREATE TABLE stacks (id INTEGER PRIMARY KEY, caller_id INTEGER REFERENCES stacks, frame_id INTEGER NOT NULL REFERENCES frames,
                     depth INTEGER NOT NULL);
CREATE TABLE goroutines (id INTEGER PRIMARY KEY, start_function_id INTEGER REFERENCES functions,
                         creator_id INTEGER REFERENCES goroutines, creator_stack_id INTEGER REFERENCES stacks,
                         first_seen_ns INTEGER NOT NULL, created_ns INTEGER, ended_ns INTEGER, label TEXT);
CREATE TABLE procs (id INTEGER PRIMARY KEY);
CREATE TABLE threads (id INTEGER PRIMARY KEY);
CREATE TABLE spans (id INTEGER PRIMARY KEY, goroutine_id INTEGER NOT NULL REFERENCES goroutines, state TEXT NOT NULL,
                    reason TEXT, resource TEXT, begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
                    is_open INTEGER NOT NULL, began_before INTEGER NOT NULL, stack_id INTEGER REFERENCES stacks,
                    site_id INTEGER REFERENCES stacks, cause_id INTEGER REFERENCES goroutines,
                    cause_stack_id INTEGER REFERENCES stacks, ender_id INTEGER REFERENCES goroutines,
                    ender_stack_id INTEGER REFERENCES stacks, proc_id INTEGER REFERENCES procs,
                    thread_id INTEGER REFERENCES threads, lost_proc_ns INTEGER,
                    ender_site_id INTEGER REFERENCES stacks);
CREATE TABLE proc_spans (id INTEGER PRIMARY KEY, proc_id INTEGER NOT NULL REFERENCES procs, state TEXT NOT NULL,
                         begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, is_open INTEGER NOT NULL);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, type TEXT, parent_id INTEGER REFERENCES tasks,
                    goroutine_id INTEGER REFERENCES goroutines, begin_ns INTEGER, end_ns INTEGER);
CREATE TABLE regions (id INTEGER PRIMARY KEY, type TEXT NOT NULL, task_id INTEGER REFERENCES tasks,
                      goroutine_id INTEGER NOT NULL REFERENCES goroutines, begin_ns INTEGER, end_ns INTEGER,
                      stack_id INTEGER REFERENCES stacks);
CREATE TABLE logs (id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, task_id INTEGER REFERENCES tasks,
                   goroutine_id INTEGER REFERENCES goroutines, category TEXT NOT NULL, text TEXT NOT NULL,
                   stack_id INTEGER REFERENCES stacks);
CREATE TABLE ranges (id INTEGER PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, subject INTEGER,
                     goroutine_id INTEGER REFERENCES goroutines, begin_ns INTEGER, end_ns INTEGER);
CREATE TABLE cpu_samples (id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, goroutine_id INTEGER REFERENCES goroutines,
                          proc_id INTEGER REFERENCES procs, thread_id INTEGER REFERENCES threads,
                          stack_id INTEGER REFERENCES stacks);
CREATE TABLE metrics (id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL);
)sql";

const std::array<const char*, 4> kTraceIndices = {"CREATE INDEX spans_by_goroutine ON spans (goroutine_id, begin_ns)",
                                                  "CREATE INDEX spans_by_state ON spans (state, site_id)",
                                                  "CREATE INDEX regions_by_task ON regions (task_id)",
                                                  "CREATE INDEX logs_by_task ON logs (task_id)"};

const char* const kTraceViews = R"sql(
CREATE VIEW stack_leaf AS
  SELECT s.id AS stack_id, fn.name AS function, fn.file AS file, f.line AS line
  FROM stacks s JOIN frames f ON f.id = s.frame_id LEFT JOIN functions fn ON fn.id = f.function_id;
CREATE VIEW stack_frames AS
  WITH RECURSIVE walk(stack_id, at, position) AS (
    SELECT id, id, 0 FROM stacks UNION ALL
    SELECT w.stack_id, s.caller_id, w.position + 1 FROM walk w JOIN stacks s ON s.id = w.at WHERE s.caller_id IS NOT NULL)
  SELECT w.stack_id, w.position, l.function, l.file, l.line FROM walk w JOIN stack_leaf l ON l.stack_id = w.at;
CREATE VIEW goroutine_names AS
  SELECT g.*, coalesce(f.name, '(no stack was recorded)') AS start
  FROM goroutines g LEFT JOIN functions f ON f.id = g.start_function_id;
CREATE VIEW span_times AS
  SELECT s.*, s.end_ns - s.begin_ns AS duration_ns, g.start FROM spans s JOIN goroutine_names g ON g.id = s.goroutine_id;
CREATE VIEW goroutine_groups AS
  SELECT start, count(*) AS goroutines, sum(created_ns IS NOT NULL) AS created, sum(ended_ns IS NOT NULL) AS ended
  FROM goroutine_names GROUP BY start ORDER BY goroutines DESC, start;
CREATE VIEW created_by AS
  SELECT l.function AS creator, l.file, l.line, g.start, count(*) AS goroutines FROM goroutine_names g
  JOIN stack_leaf l ON l.stack_id = g.creator_stack_id GROUP BY creator, l.file, l.line, g.start
  ORDER BY goroutines DESC, creator, l.line;
CREATE VIEW state_times AS
  SELECT state, count(*) AS spans, sum(end_ns - begin_ns) AS total_ns, max(end_ns - begin_ns) AS max_ns,
         sum(is_open) AS open
  FROM spans GROUP BY state;
CREATE VIEW group_state_times AS
  SELECT start, state, count(*) AS spans, sum(duration_ns) AS total_ns, max(duration_ns) AS max_ns
  FROM span_times GROUP BY start, state;
CREATE VIEW wait_reasons AS
  SELECT reason, resource, count(*) AS waits, sum(end_ns - begin_ns) AS total_ns, max(end_ns - begin_ns) AS max_ns,
         sum(is_open) AS open
  FROM spans WHERE state = 'Waiting' GROUP BY reason, resource ORDER BY total_ns DESC, reason, resource;
CREATE VIEW wait_sites AS
  SELECT resource, l.function, l.file, l.line, count(*) AS waits, sum(end_ns - begin_ns) AS total_ns,
         max(end_ns - begin_ns) AS max_ns, sum(is_open) AS open
  FROM spans s LEFT JOIN stack_leaf l ON l.stack_id = s.site_id WHERE state = 'Waiting'
  GROUP BY resource, l.function, l.file, l.line ORDER BY total_ns DESC, l.function, l.line;
CREATE VIEW wakers AS
  SELECT l.function AS waiter, l.line AS waiter_line, e.function AS waker, e.line AS waker_line, count(*) AS waits,
         sum(s.end_ns - s.begin_ns) AS total_ns
  FROM spans s LEFT JOIN stack_leaf l ON l.stack_id = s.site_id JOIN stack_leaf e ON e.stack_id = s.ender_site_id
  WHERE state = 'Waiting' GROUP BY waiter, waiter_line, waker, waker_line ORDER BY total_ns DESC, waiter, waker;
CREATE VIEW waiting_at_end AS
  SELECT goroutine_id, start, resource, reason, duration_ns, began_before, l.function, l.file, l.line
  FROM span_times t LEFT JOIN stack_leaf l ON l.stack_id = t.site_id WHERE state = 'Waiting' AND is_open
  ORDER BY duration_ns DESC, goroutine_id;
CREATE VIEW longest_waits AS
  SELECT t.goroutine_id, start, resource, begin_ns, duration_ns, is_open, l.function, l.line
  FROM span_times t LEFT JOIN stack_leaf l ON l.stack_id = t.site_id WHERE state = 'Waiting'
  ORDER BY duration_ns DESC, goroutine_id;
CREATE VIEW longest_latencies AS
  SELECT goroutine_id, start, begin_ns, duration_ns, proc_id FROM span_times WHERE state = 'Runnable'
  ORDER BY duration_ns DESC, goroutine_id;
CREATE VIEW scheduler_latency AS
  WITH ranked AS (SELECT start, duration_ns AS d, row_number() OVER (PARTITION BY start ORDER BY duration_ns) AS r,
                         count(*) OVER (PARTITION BY start) AS n FROM span_times WHERE state = 'Runnable')
  SELECT start, n AS times, sum(d) AS total_ns, max(CASE WHEN r = (n * 50 + 99) / 100 THEN d END) AS p50_ns,
         max(CASE WHEN r = (n * 99 + 99) / 100 THEN d END) AS p99_ns, max(d) AS max_ns
  FROM ranked GROUP BY start ORDER BY total_ns DESC, start;
CREATE VIEW proc_times AS
  SELECT proc_id, state, count(*) AS spans, sum(end_ns - begin_ns) AS total_ns FROM proc_spans GROUP BY proc_id, state;
CREATE VIEW syscalls AS
  SELECT l.function, l.file, l.line, count(*) AS calls, sum(s.end_ns - s.begin_ns) AS total_ns,
         max(s.end_ns - s.begin_ns) AS max_ns, sum(lost_proc_ns IS NOT NULL) AS lost_proc
  FROM spans s LEFT JOIN stack_leaf l ON l.stack_id = s.site_id WHERE state = 'Syscall'
  GROUP BY l.function, l.file, l.line ORDER BY total_ns DESC, l.function, l.line;
CREATE VIEW task_types AS
  WITH ranked AS (SELECT type, end_ns - begin_ns AS d, row_number() OVER (PARTITION BY type ORDER BY end_ns - begin_ns) AS r,
                         count(*) OVER (PARTITION BY type) AS n
                  FROM tasks WHERE begin_ns IS NOT NULL AND end_ns IS NOT NULL),
       durations AS (SELECT type, CAST(avg(d) AS INTEGER) AS mean_ns, max(CASE WHEN r = (n * 50 + 99) / 100 THEN d END) AS p50_ns,
                            max(CASE WHEN r = (n * 99 + 99) / 100 THEN d END) AS p99_ns, max(d) AS max_ns
                     FROM ranked GROUP BY type)
  SELECT t.type, count(*) AS tasks, sum(t.end_ns IS NULL) AS unfinished, d.mean_ns, d.p50_ns, d.p99_ns, d.max_ns
  FROM tasks t LEFT JOIN durations d ON d.type IS t.type GROUP BY t.type;
CREATE VIEW region_types AS
  WITH ranked AS (SELECT type, end_ns - begin_ns AS d, row_number() OVER (PARTITION BY type ORDER BY end_ns - begin_ns) AS r,
                         count(*) OVER (PARTITION BY type) AS n
                  FROM regions WHERE begin_ns IS NOT NULL AND end_ns IS NOT NULL),
       durations AS (SELECT type, CAST(avg(d) AS INTEGER) AS mean_ns, max(CASE WHEN r = (n * 50 + 99) / 100 THEN d END) AS p50_ns,
                            max(CASE WHEN r = (n * 99 + 99) / 100 THEN d END) AS p99_ns, max(d) AS max_ns
                     FROM ranked GROUP BY type)
  SELECT t.type, count(*) AS regions, sum(t.end_ns IS NULL) AS unfinished, d.mean_ns, d.p50_ns, d.p99_ns, d.max_ns
  FROM regions t LEFT JOIN durations d ON d.type = t.type GROUP BY t.type;
CREATE VIEW slowest_tasks AS
  SELECT id, type, begin_ns, end_ns - begin_ns AS duration_ns FROM tasks WHERE end_ns IS NOT NULL AND begin_ns IS NOT NULL
  ORDER BY duration_ns DESC, id;
CREATE VIEW unfinished_tasks AS
  SELECT id, type, goroutine_id, begin_ns FROM tasks WHERE end_ns IS NULL ORDER BY begin_ns, id;
CREATE VIEW log_counts AS SELECT category, count(*) AS logs FROM logs GROUP BY category;
CREATE VIEW range_times AS
  SELECT name, count(*) AS ranges, sum(end_ns - begin_ns) AS total_ns, max(end_ns - begin_ns) AS max_ns
  FROM ranges GROUP BY name;
CREATE VIEW stops_of_the_world AS
  SELECT name, goroutine_id, begin_ns, end_ns - begin_ns AS duration_ns FROM ranges WHERE name LIKE 'stop-the-world%'
  ORDER BY begin_ns;
CREATE VIEW cpu_functions AS
  SELECT l.function, count(*) AS samples FROM cpu_samples c JOIN stack_leaf l ON l.stack_id = c.stack_id
  GROUP BY l.function ORDER BY samples DESC, l.function;
)sql";

}  // namespace analysis
