#pragma once

#include <string>

#include "model/report.h"

namespace render {

// The checks as OpenMetrics text (GitLab's metrics report, Prometheus' push gateway): before, after and ratio of each as
// gauges with the labels name, metric and unit, in base units, and the verdict as a state.
std::string OpenMetricsReport(const model::Report& report);

}  // namespace render
