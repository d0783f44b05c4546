//===- TempDir.cpp - A directory that goes away with the test -------------===//
#include "TempDir.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace opc::runtime::test;
namespace fs = std::filesystem;

TempDir::TempDir() {
  std::string name = fs::temp_directory_path() / "opc-test-XXXXXX";
  root = mkdtemp(name.data());
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(root, ignored);
}

std::string TempDir::path(const std::string &name) const { return root / name; }

std::string TempDir::write(const std::string &name,
                           const std::string &bytes) const {
  std::ofstream(path(name), std::ios::binary) << bytes;
  return path(name);
}

std::string TempDir::read(const std::string &path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

size_t TempDir::numFiles() const {
  return std::distance(fs::directory_iterator(root), fs::directory_iterator());
}

std::string opc::runtime::test::testProgram(const std::string &name) {
  return std::string(OPC_TEST_PROGRAMS) + "/" + name + ".so";
}
