//===- Inspect.cpp - What a program says without being run ----------------===//
//
// The manifest, and what the file itself shows. Nothing of it is executed, so
// it may be for any machine and of any age.
//
//===----------------------------------------------------------------------===//
#include "Inspect.h"
#include "Boundary.h"
#include "CpuFeatures.h"
#include "Manifest.h"
#include "opc-c/inspect.h"
#include "opc/Runtime/Data.h"

#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace opc::runtime;
using Json = nlohmann::json;

Status opc::runtime::checkRunsHere(const ArtifactInfo &info) {
  if (!info.thisMachine)
    return Status::input(fmt::format(
        "compiled for {}, which this machine is not", info.machine));
  Manifest manifest;
  if (Status s = parseManifest(info.manifest, manifest); !s.ok())
    return s;
  return checkCpuFeatures(manifest.features);
}

static Status inspect(const std::string &path, std::string &text) {
  ArtifactInfo info;
  if (Status s = inspectArtifact(path, info); !s.ok())
    return s;
  Json all = Json::parse(info.manifest, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object() || !all.contains("target"))
    return Status::input("its manifest is damaged").in(path);
  Status here = checkRunsHere(info);
  all["file_bytes"] = info.fileBytes;
  all["machine"] = info.machine;
  all["runs_here"] = here.ok();
  if (!here.ok())
    all["missing"] = here.message();
  all["sealed"] = info.sealed;
  text = all.dump();
  return {};
}

extern "C" opc_status opc_inspect_program(const char *path, char **json) {
  return guarded([&] {
    if (!path || !json)
      return Status::usage("opc_inspect_program: path and json may not be "
                           "NULL");
    *json = nullptr;
    std::string text;
    if (Status s = inspect(path, text); !s.ok())
      return s;
    *json = static_cast<char *>(allocateData(text.size() + 1));
    if (!*json)
      return Status::input("no memory for the answer");
    std::memcpy(*json, text.c_str(), text.size() + 1);
    return Status();
  });
}
