//===- TempFolder.h - A folder that a test may fill -------------*- C++ -*-===//
#ifndef OPC_UNITTESTS_PIPELINE_TEMPFOLDER_H
#define OPC_UNITTESTS_PIPELINE_TEMPFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

/// Removed, with all that is in it, when the test ends.
class TempFolder {
public:
  TempFolder() {
    std::string model =
        std::filesystem::temp_directory_path() / "opc-test-XXXXXX";
    root = mkdtemp(model.data());
  }
  ~TempFolder() { std::filesystem::remove_all(root); }

  std::string operator/(const std::string &name) const {
    return (root / name).string();
  }
  std::string read(const std::string &name) const {
    std::ifstream in(root / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  size_t numFiles() const {
    auto files = std::filesystem::directory_iterator(root);
    return std::distance(begin(files), end(files));
  }

private:
  std::filesystem::path root;
};

#endif // OPC_UNITTESTS_PIPELINE_TEMPFOLDER_H
