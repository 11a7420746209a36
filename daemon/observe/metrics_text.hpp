// The text that Prometheus reads: families with their samples, written one after the other.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace clusterip::daemon {

// name="value". The value needs no escapes.
inline std::string metric_label(const char* name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

// How many values were at most each bound, for MetricsText::histogram.
template <class Bounds, class Counts>
void count_within(const Bounds& bounds, double value, Counts& counts) {
  for (std::size_t i = bounds.size(); i > 0 && value <= bounds.at(i - 1); --i) ++counts.at(i - 1);
}

class MetricsText {
 public:
  // Samples that follow are of this family.
  void family(const std::string& name, const char* type, const char* help) {
    name_ = name;
    text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  }
  void sample(const std::string& labels, double value) { add("", labels, number(value)); }
  void sample(const std::string& labels, std::uint64_t value) { add("", labels, std::to_string(value)); }

  // A histogram: how many were at most each bound, their number and their sum.
  template <class Bounds, class Counts>
  void histogram(const std::string& labels, const Bounds& bounds, const Counts& counts, std::uint64_t all,
                 double sum) {
    const std::string before = labels.empty() ? "" : labels + ",";
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      add("_bucket", before + metric_label("le", short_number(bounds.at(i))), std::to_string(counts.at(i)));
    }
    add("_bucket", before + metric_label("le", "+Inf"), std::to_string(all));
    add("_sum", labels, number(sum));
    add("_count", labels, std::to_string(all));
  }

  std::string take() { return std::move(text_); }

 private:
  static std::string number(double value) { return print("%.17g", value); }
  static std::string short_number(double value) { return print("%g", value); }
  static std::string print(const char* format, double value) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
  }
  void add(const char* suffix, const std::string& labels, const std::string& value) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(value).append("\n");
  }

  std::string name_;
  std::string text_;
};

}  // namespace clusterip::daemon
