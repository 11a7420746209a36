#include "tools/clusteripctl/load_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "daemon/observe/text_table.hpp"

namespace clusterip::ctl {
namespace {

std::string fixed(double value, int digits) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

void add_row(daemon::TextTable& table, const std::string& name, const std::vector<std::uint32_t>& good,
             std::size_t refused, double elapsed) {
  const LatencySummary summary = summarise(good);
  table.add({name, std::to_string(good.size()), std::to_string(refused),
             fixed(static_cast<double>(good.size() + refused) / elapsed, 1), fixed(summary.p50_ms, 2),
             fixed(summary.p90_ms, 2), fixed(summary.p99_ms, 2), fixed(summary.p999_ms, 2),
             fixed(summary.max_ms, 2)});
}

}  // namespace

LatencySummary summarise(std::vector<std::uint32_t> microseconds) {
  LatencySummary summary;
  summary.count = microseconds.size();
  if (microseconds.empty()) return summary;
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(microseconds.size())));
    return static_cast<double>(microseconds[std::max<std::size_t>(rank, 1) - 1]) / 1000.0;
  };
  summary.p50_ms = at(0.5);
  summary.p90_ms = at(0.9);
  summary.p99_ms = at(0.99);
  summary.p999_ms = at(0.999);
  summary.max_ms = at(1.0);
  return summary;
}

void write_load_table(const LoadReport& report, std::ostream& out) {
  const LoadFigures& figures = report.figures;
  out << report.server << ", namespace " << report.options.name_space << ", seed " << report.options.seed
      << ", " << report.options.clients << " clients, " << fixed(figures.elapsed, 1) << " s\n\n";
  daemon::TextTable table(
      {"STEP", "DONE", "REFUSED", "PER-SECOND", "P50-MS", "P90-MS", "P99-MS", "P99.9-MS", "MAX-MS"});
  std::vector<std::uint32_t> all;
  std::size_t all_refused = 0;
  const double elapsed = std::max(figures.elapsed, 0.001);
  for (std::size_t i = 0; i < kLoadActions; ++i) {
    const auto& good = figures.good.at(i);
    const std::size_t refused = figures.refused.at(i).size();
    if (good.empty() && refused == 0) continue;
    add_row(table, std::string(action_name(static_cast<LoadAction>(i))), good, refused, elapsed);
    all.insert(all.end(), good.begin(), good.end());
    all_refused += refused;
  }
  add_row(table, "all", all, all_refused, elapsed);
  table.write(out);
  if (!figures.errors.empty()) {
    out << '\n';
    daemon::TextTable errors({"COUNT", "REFUSAL"});
    for (const auto& [name, count] : figures.errors) errors.add({std::to_string(count), name});
    errors.write(out);
  }
  if (!report.verified) return;
  out << "\nverified while it ran: " << report.findings.size() << " findings";
  if (report.suspected > 0)
    out << ", and " << report.suspected << " faults that were gone before they could be confirmed";
  out << '\n';
  for (const verify::Finding& finding : report.findings) {
    out << verify::severity_name(finding.severity) << ' ' << finding.rule << ": " << finding.message << '\n';
  }
}

void write_load_svg(const LoadReport& report, std::ostream& out) {
  constexpr double kWidth = 900;
  constexpr double kHeight = 300;
  constexpr double kLeft = 60;
  constexpr double kTop = 40;
  const auto& seconds = report.figures.seconds;
  std::uint64_t most = 1;
  std::uint64_t slowest = 1;
  for (const LoadSecond& second : seconds) {
    most = std::max(most, second.done);
    slowest = std::max(slowest, second.slowest_us);
  }
  const double step = kWidth / static_cast<double>(std::max<std::size_t>(seconds.size(), 1));
  const auto height = [&](std::uint64_t value, std::uint64_t top) {
    return kHeight * static_cast<double>(value) / static_cast<double>(top);
  };
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1020\" height=\"400\" font-family=\"sans-serif\" "
         "font-size=\"12\">\n"
      << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"60\" y=\"20\">Steps a second "
         "(grey, refused in red; top "
      << most << ") and the slowest step (blue; top " << fixed(static_cast<double>(slowest) / 1000.0, 1)
      << " ms), seed " << report.options.seed << ", " << report.options.clients << " clients</text>\n";
  std::string line;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double x = kLeft + step * static_cast<double>(i);
    const auto column = [&](std::uint64_t value, const char* colour) {
      const double tall = height(value, most);
      out << "<rect x=\"" << fixed(x, 1) << "\" y=\"" << fixed(kTop + kHeight - tall, 1) << "\" width=\""
          << fixed(step * 0.9, 1) << "\" height=\"" << fixed(tall, 1) << "\" fill=\"" << colour << "\"/>\n";
    };
    column(seconds[i].done, "#bbbbbb");
    if (seconds[i].failed > 0) column(seconds[i].failed, "#cc3311");
    line += fixed(x + step * 0.45, 1) + "," +
            fixed(kTop + kHeight - height(seconds[i].slowest_us, slowest), 1) + " ";
  }
  out << "<polyline points=\"" << line << "\" fill=\"none\" stroke=\"#0077bb\" stroke-width=\"2\"/>\n"
      << "<line x1=\"60\" y1=\"340\" x2=\"960\" y2=\"340\" stroke=\"black\"/>\n<text x=\"60\" y=\"360\">0 "
         "s</text>\n"
      << "<text x=\"930\" y=\"360\">" << seconds.size() << " s</text>\n</svg>\n";
}

}  // namespace clusterip::ctl
