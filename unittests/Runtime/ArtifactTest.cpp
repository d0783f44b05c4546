//===- ArtifactTest.cpp - Damaged program files ---------------------------===//
//
// Each file here is damaged in one way; none may be loaded, and none may take
// the process down.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Artifact.h"
#include "FakeProgram.h"
#include "TempDir.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace opc::runtime;
using namespace opc::runtime::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {
class ArtifactTest : public testing::Test {
protected:
  std::string original = TempDir::read(testProgram("double"));
  TempDir dir;

  std::string sealed() { return original + makeSeal({original}); }
  /// Why a file with these bytes is not loaded, without its path.
  std::string refusal(const std::string &bytes) {
    std::string path = dir.write("m.so", bytes);
    opc_program *program = nullptr;
    EXPECT_EQ(opc_load(path.c_str(), &program), OPC_ERROR_INPUT);
    EXPECT_EQ(program, nullptr);
    opc_close(program);
    std::string message = opc_last_error();
    EXPECT_THAT(message, StartsWith(path + ": "));
    return message.substr(std::min(message.size(), path.size() + 2));
  }
};
} // namespace

TEST_F(ArtifactTest, IsReadWithoutRunning) {
  ArtifactInfo info;
  ASSERT_TRUE(inspectArtifact(testProgram("double"), info).ok());
  EXPECT_FALSE(info.sealed);
  EXPECT_TRUE(info.thisMachine);
  EXPECT_THAT(info.manifest, StartsWith("{\"opc\""));
  EXPECT_EQ(info.manifest.back(), '}');
}

TEST_F(ArtifactTest, ASealIsOfAllParts) {
  std::string_view whole = original;
  EXPECT_EQ(makeSeal({whole.substr(0, 7), "", whole.substr(7)}),
            makeSeal({whole}));
  ArtifactInfo info;
  ASSERT_TRUE(inspectArtifact(dir.write("m.so", sealed()), info).ok());
  EXPECT_TRUE(info.sealed);
}

TEST_F(ArtifactTest, ChecksumIsXxh3) {
  // Of the empty string, as the xxHash project's own test vectors have it.
  EXPECT_EQ(checksumText(checksum("", 0)), "2d06800538d394c2");
}

TEST_F(ArtifactTest, RefusesEveryTruncation) {
  std::string whole = sealed();
  for (size_t size = 0; size < whole.size(); size += 41)
    if (size != original.size())
      refusal(whole.substr(0, size));
  refusal(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(refusal(""), "not an ELF shared object of 64-bit little-endian "
                         "code");
}

TEST_F(ArtifactTest, RefusesEveryFlippedByte) {
  std::string whole = sealed();
  std::minstd_rand random(7);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = whole;
    damaged[random() % whole.size()] ^= char(1 << random() % 8);
    refusal(damaged);
  }
  for (size_t at = whole.size() - sealBytes; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] ^= 1;
    EXPECT_THAT(refusal(damaged), StartsWith("damaged: "));
  }
}

TEST_F(ArtifactTest, RefusesBytesBehindTheEnd) {
  EXPECT_EQ(refusal(original + "xyz"),
            "damaged: 3 bytes follow its last part and are no seal");
}

TEST_F(ArtifactTest, NamesWhatATruncatedFileLacks) {
  EXPECT_THAT(refusal(original.substr(0, original.size() / 2)),
              StartsWith("truncated or damaged: "));
}

TEST_F(ArtifactTest, RefusesHeadersThatLie) {
  auto with = [&](auto change) {
    std::string bytes = original;
    change(*reinterpret_cast<Elf64_Ehdr *>(bytes.data()));
    return refusal(bytes);
  };
  EXPECT_THAT(with([](Elf64_Ehdr &h) { h.e_shoff = UINT64_MAX - 8; }),
              HasSubstr("section table"));
  EXPECT_THAT(with([](Elf64_Ehdr &h) { h.e_phoff = UINT64_MAX; }),
              HasSubstr("segment table"));
  EXPECT_THAT(with([](Elf64_Ehdr &h) { h.e_shstrndx = 60000; }),
              StartsWith("damaged: its ELF header"));
  EXPECT_THAT(with([](Elf64_Ehdr &h) { h.e_shnum = 0; }),
              StartsWith("damaged: its ELF header"));
  EXPECT_THAT(with([](Elf64_Ehdr &h) { h.e_type = ET_EXEC; }),
              StartsWith("not an ELF shared object"));
  EXPECT_EQ(with([](Elf64_Ehdr &h) { h.e_machine = EM_S390; }),
            "compiled for s390x, which this machine is not");
}

TEST_F(ArtifactTest, RefusesSectionsAndSegmentsBeyondTheEnd) {
  std::string bytes = original;
  auto *header = reinterpret_cast<Elf64_Ehdr *>(bytes.data());
  auto *segment = reinterpret_cast<Elf64_Phdr *>(&bytes[header->e_phoff]);
  segment->p_filesz = bytes.size() - segment->p_offset + 1;
  EXPECT_THAT(refusal(bytes), HasSubstr(": segment at byte "));
  bytes = original;
  header = reinterpret_cast<Elf64_Ehdr *>(bytes.data());
  auto *section = reinterpret_cast<Elf64_Shdr *>(&bytes[header->e_shoff]);
  section[1].sh_offset = UINT64_MAX - 2;
  EXPECT_THAT(refusal(bytes), HasSubstr(": section at byte "));
}

TEST_F(ArtifactTest, RefusesAProgramThatIsOnlyAskedFor) {
  std::string bytes = original;
  auto *header = reinterpret_cast<Elf64_Ehdr *>(bytes.data());
  auto *section = reinterpret_cast<Elf64_Shdr *>(&bytes[header->e_shoff]);
  while (section->sh_type != SHT_DYNSYM)
    ++section;
  auto *symbol = reinterpret_cast<Elf64_Sym *>(&bytes[section->sh_offset]);
  for (size_t i = 0; i < section->sh_size / sizeof(Elf64_Sym); ++i)
    symbol[i].st_shndx = SHN_UNDEF;
  EXPECT_THAT(refusal(bytes), HasSubstr("it exports no symbol"));
}

TEST_F(ArtifactTest, SectionsWithoutBytesHaveNoSize) {
  std::string bytes = original;
  auto *header = reinterpret_cast<Elf64_Ehdr *>(bytes.data());
  auto *section = reinterpret_cast<Elf64_Shdr *>(&bytes[header->e_shoff]);
  section[header->e_shstrndx].sh_type = SHT_NULL;
  section[header->e_shstrndx].sh_size = UINT64_MAX / 2;
  EXPECT_THAT(refusal(bytes), StartsWith("not a program that opc compiled"));
}

TEST_F(ArtifactTest, RefusesWhatIsNoFile) {
  auto refused = [](const std::string &path) {
    opc_program *program = nullptr;
    EXPECT_EQ(opc_load(path.c_str(), &program), OPC_ERROR_INPUT);
    return std::string(opc_last_error());
  };
  std::string none = dir.path("none.so");
  EXPECT_EQ(refused(none), none + ": No such file or directory");
  EXPECT_EQ(refused(dir.path("")), dir.path("") + ": not a regular file");
  std::string fifo = dir.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(refused(fifo), fifo + ": not a regular file");
}
