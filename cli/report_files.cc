#include "cli/report_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/output_file.h"
#include "model/input_error.h"
#include "render/code_quality_report.h"
#include "render/junit_report.h"
#include "render/markdown_report.h"
#include "render/openmetrics_report.h"
#include "render/sarif_report.h"

namespace cli {
namespace {

struct ReportFile {
  const char* option;
  const char* help;
  std::string (*render)(const model::Report&);
};

constexpr size_t kCommentBytes = 65000;  // GitHub refuses more than 65,536 characters

std::string Comment(const model::Report& report) {
  return render::MarkdownReport(report, {.marker = "<!-- goprof-gate -->", .max_bytes = kCommentBytes});
}

constexpr ReportFile kReportFiles[] = {
    {"markdown", "Markdown, below 900 KiB", [](const model::Report& report) { return render::MarkdownReport(report); }},
    {"comment", "Markdown for a pull request, below 65,000 bytes, first line <!-- goprof-gate --> to find it by", Comment},
    {"annotations", "GitHub workflow commands (::error ..); - prints them", render::Annotations},
    {"junit", "JUnit XML", render::JunitReport},
    {"sarif", "SARIF 2.1.0", render::SarifReport},
    {"openmetrics", "OpenMetrics text", render::OpenMetricsReport},
    {"code-quality", "GitLab code quality JSON", render::CodeQualityReport},
};

// The runner shows the file that this variable names; other steps of the job write into it, too.
void AppendToSummary(const std::string& text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0')
    throw model::UsageError("--summary: GITHUB_STEP_SUMMARY is not set; use --markdown FILE");
  const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const bool is_written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_written) throw model::InputError(path, std::string("can't write: ") + std::strerror(error));
}

}  // namespace

void AddReportFileOptions(po::options_description& options) {
  for (const ReportFile& file : kReportFiles) {
    options.add_options()(file.option, po::value<std::string>()->value_name("FILE"), file.help);
  }
  options.add_options()("summary", po::bool_switch(), "append the Markdown to $GITHUB_STEP_SUMMARY");
}

void WriteReportFiles(const CommandLine& line, const model::Report& report) {
  for (const ReportFile& file : kReportFiles) {
    if (line.values().count(file.option) != 0) WriteOutput(line.Text(file.option), file.render(report));
  }
  if (line.Flag("summary")) AppendToSummary(render::MarkdownReport(report));
}

std::string PathInRepository(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path here = fs::current_path(error);
  for (size_t begin = 0; begin != std::string::npos && begin < path.size();) {
    const std::string end = path.substr(begin);
    if (end[0] != '/' && end.find("..") == std::string::npos && fs::is_regular_file(here / end, error)) return end;
    const size_t slash = path.find('/', begin);
    begin = slash == std::string::npos ? slash : slash + 1;
  }
  return "";
}

}  // namespace cli
