//===- TempDir.h - A directory that goes away with the test -----*- C++ -*-===//
//
// Files for tests of reading and writing.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_RUNTIME_TEMPDIR_H
#define OPC_UNITTESTS_RUNTIME_TEMPDIR_H

#include <filesystem>
#include <string>

namespace opc::runtime::test {

class TempDir {
public:
  TempDir();
  ~TempDir();

  std::string path(const std::string &name) const;
  /// Writes a file and gives its path.
  std::string write(const std::string &name, const std::string &bytes) const;
  static std::string read(const std::string &path);
  size_t numFiles() const;

private:
  std::filesystem::path root;
};

/// A program built from Inputs/scale.c.
std::string testProgram(const std::string &name);

} // namespace opc::runtime::test

#endif // OPC_UNITTESTS_RUNTIME_TEMPDIR_H
