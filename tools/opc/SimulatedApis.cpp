//===- SimulatedApis.cpp - The APIs that can be simulated -----------------===//
#include "SimulatedApis.h"
#include "opc/Runtime/Suggest.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace opc::cli;
using nlohmann::json;
namespace fs = std::filesystem;

/// Headers lie beside this program as in a build and in an installed package.
static fs::path includeFolder() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return (program / "../include").lexically_normal();
}

static Status readJson(const fs::path &file, json &value) {
  std::ifstream stream(file);
  value = json::parse(stream, nullptr, false);
  if (value.is_object())
    return {};
  return Status::input(fmt::format("{} is no JSON object", file.string()));
}

/// The strings of a list, with the place of the headers put in.
static void append(const json &object, const char *key, const fs::path &include,
                   std::vector<std::string> &list) {
  constexpr std::string_view mark = "${include}";
  for (const json &each : object.value(key, json::array())) {
    auto text = each.get<std::string>();
    if (size_t at = text.find(mark); at != std::string::npos)
      text.replace(at, mark.size(), include.string());
    list.push_back(std::move(text));
  }
}

static Status addTo(SimulatedApi &api, const fs::path &file) {
  json object;
  if (Status status = readJson(file, object); !status.ok())
    return status;
  if (object.contains("base"))
    if (Status status = addTo(api, api.include / "opc-sim" /
                                       object["base"].get<std::string>());
        !status.ok())
      return status;
  api.summary = object.value("summary", api.summary);
  append(object, "suffixes", api.include, api.suffixes);
  append(object, "headers", api.include, api.headers);
  append(object, "compile", api.include, api.compile);
  append(object, "link", api.include, api.link);
  append(object, "sources", api.include, api.sources);
  return {};
}

Status opc::cli::simulatedApis(std::vector<SimulatedApi> &apis) {
  fs::path include = includeFolder(), folder = include / "opc-sim";
  std::error_code error;
  for (const fs::directory_entry &entry :
       fs::directory_iterator(folder, error)) {
    fs::path file = entry.path() / "api.json";
    if (!fs::exists(file, error))
      continue;
    SimulatedApi api;
    api.name = entry.path().filename().string();
    api.include = include;
    if (Status status = addTo(api, file); !status.ok())
      return status;
    apis.push_back(std::move(api));
  }
  std::ranges::sort(apis, {}, &SimulatedApi::name);
  if (apis.empty())
    return Status::input(
        fmt::format("the headers of simulations are missing: there is no {}",
                    folder.string()));
  return {};
}

std::vector<std::string> opc::cli::simulatedApiNames() {
  std::vector<SimulatedApi> apis;
  std::vector<std::string> names;
  if (simulatedApis(apis).ok())
    for (const SimulatedApi &api : apis)
      names.push_back(api.name);
  return names;
}

Status opc::cli::chooseApi(const std::string &name, const std::string &kernel,
                           SimulatedApi &api) {
  std::vector<SimulatedApi> apis;
  if (Status status = simulatedApis(apis); !status.ok())
    return status;
  std::string suffix = fs::path(kernel).extension().string();
  for (SimulatedApi &each : apis) {
    bool meant = name.empty() ? std::ranges::count(each.suffixes, suffix) != 0
                              : each.name == name;
    if (!meant)
      continue;
    api = std::move(each);
    return {};
  }
  std::vector<std::string> names = simulatedApiNames();
  if (name.empty())
    return Status::usage(
        fmt::format("{} may be for any API: say --api with one of {}", kernel,
                    fmt::join(names, ", ")));
  return Status::usage(fmt::format("--api is '{}'{}: there are {}", name,
                                   opc::runtime::suggestion(name, names),
                                   fmt::join(names, ", ")));
}
