#include "tools/clusteripctl/options.hpp"

#include <algorithm>
#include <iostream>

#include <boost/program_options.hpp>

namespace clusterip::ctl {

namespace po = boost::program_options;

namespace {

// "output" of "output,o".
std::string long_name(const std::string& name) {
  return name.substr(0, name.find(','));
}

}  // namespace

struct Options::Impl {
  std::string usage;
  po::options_description flags{"Flags"};
  std::vector<std::string> rest;
  // Run after parsing, for what ProgramOptions cannot check by itself.
  std::vector<std::function<void()>> checks;
};

Options::Options(std::string usage) : impl_(std::make_unique<Impl>()) {
  impl_->usage = std::move(usage);
  impl_->flags.add_options()("help,h", "print this help");
}

Options::~Options() = default;

Options& Options::text(const char* name, std::string& value, const char* help) {
  auto* semantic = po::value<std::string>(&value);
  if (!value.empty()) semantic->default_value(value);
  impl_->flags.add_options()(name, semantic, help);
  return *this;
}

Options& Options::number(const char* name, std::uint64_t& value, const char* help, std::uint64_t least,
                         std::uint64_t most) {
  auto written = std::make_shared<std::string>(std::to_string(value));
  impl_->flags.add_options()(name, po::value<std::string>(written.get())->default_value(*written), help);
  impl_->checks.emplace_back([written, &value, name, least, most] {
    const bool digits =
        !written->empty() && written->size() <= 19 &&
        std::all_of(written->begin(), written->end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) throw OptionError("--" + long_name(name) + ": \"" + *written + "\" is not a number");
    value = std::stoull(*written);
    if (value >= least && value <= most) return;
    throw OptionError("--" + long_name(name) + ": \"" + *written + "\" is not between " +
                      std::to_string(least) + " and " + std::to_string(most));
  });
  return *this;
}

Options& Options::flag(const char* name, bool& value, const char* help) {
  impl_->flags.add_options()(name, po::bool_switch(&value)->default_value(value), help);
  return *this;
}

Options& Options::list(const char* name, std::vector<std::string>& values, const char* help) {
  impl_->flags.add_options()(name, po::value<std::vector<std::string>>(&values)->composing(), help);
  return *this;
}

Options& Options::choice(const char* name, std::string& value, std::vector<std::string> allowed,
                         const char* help) {
  std::string words;
  for (const std::string& word : allowed) words += (words.empty() ? "" : ", ") + word;
  const std::string full_help = std::string(help) + ": " + words;
  impl_->flags.add_options()(name, po::value<std::string>(&value)->default_value(value), full_help.c_str());
  impl_->checks.emplace_back([&value, name, words, allowed = std::move(allowed)] {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      throw OptionError("--" + long_name(name) + ": \"" + value + "\" is not one of " + words);
    }
  });
  return *this;
}

std::optional<std::vector<std::string>> Options::read(const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(impl_->flags).add_options()("rest", po::value<std::vector<std::string>>(&impl_->rest));
  po::positional_options_description positional;
  positional.add("rest", -1);
  using Style = po::command_line_style::style_t;
  const int style = Style::allow_long | Style::allow_short | Style::allow_dash_for_short |
                    Style::long_allow_adjacent | Style::long_allow_next | Style::short_allow_adjacent |
                    Style::short_allow_next;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(),
              values);
    if (values.count("help") > 0) {
      std::cout << "Usage: " << impl_->usage << "\n\n" << impl_->flags;
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw OptionError(error.what());
  }
  for (const auto& check : impl_->checks) check();
  return impl_->rest;
}

}  // namespace clusterip::ctl
