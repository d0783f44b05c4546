//===- SimBuild.h - Shared objects of simulated programs --------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_SIM_SIMBUILD_H
#define OPC_LIB_DEVICES_SIM_SIMBUILD_H

#include "SimImage.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace opc::devices {

/// A folder that only this user can enter, removed with all that is in it.
class ScratchFolder {
public:
  /// std::filesystem::filesystem_error where none can be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder &) = delete;

  std::filesystem::path operator/(const std::string &name) const {
    return path / name;
  }

private:
  std::filesystem::path path;
};

/// Compiles images with `opc simulate`, and keeps what was compiled in the
/// cache of opc (opc/Runtime/CacheFolder.h): as long as image, headers and
/// chosen compiler are the same, the next process finds it there. Where there
/// is no such folder, it lives as long as this. May be called by several
/// threads at a time.
class SimBuild {
public:
  /// The path of the image's shared object; `bytes` are those of the image.
  Failure objectOf(const SimImage &image, std::string_view bytes,
                   std::string &path);

private:
  std::mutex mutex;
  std::vector<std::unique_ptr<ScratchFolder>> kept;
};

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_SIM_SIMBUILD_H
