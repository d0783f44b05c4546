//===- PrivateFolder.h - A folder that nobody else can change ---*- C++ -*-===//
//
// Whoever may write a file that is loaded as code, or put another in its place,
// decides what this process does. So a folder of code is used only where no
// other user may: it and every folder and link that leads to it belong to this
// user or to root, and no one else may write them. Others may write a folder on
// the way that is sticky, as /tmp is, since what lies in it stays its owner's.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_PRIVATEFOLDER_H
#define OPC_RUNTIME_PRIVATEFOLDER_H

#include "opc/Runtime/Error.h"

#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace opc::runtime {

/// A descriptor that is closed when it is no longer needed.
class Descriptor {
public:
  explicit Descriptor(int number = -1) : number(number) {}
  Descriptor(Descriptor &&other) : number(other.number) { other.number = -1; }
  Descriptor &operator=(Descriptor &&other) {
    std::swap(number, other.number);
    return *this;
  }
  OPC_EXPORT ~Descriptor();

  operator int() const { return number; }
  /// The opened file itself, whatever has its name by now.
  OPC_EXPORT std::string path() const;

private:
  int number;
};

class PrivateFolder {
public:
  /// Opens a folder; what is missing is made, for this user alone. Where that
  /// cannot be done there is none, and where others could change the folder,
  /// `distrust` says which and why.
  OPC_EXPORT static std::optional<PrivateFolder> open(std::string_view path,
                                                      std::string &distrust);

  /// Opens a file in it to be read. There is none where it is no regular file
  /// or others could change it, which `distrust` then says.
  OPC_EXPORT std::optional<Descriptor> openFile(const std::string &name,
                                                std::string &distrust) const;

  /// Its name when it was opened, for messages.
  const std::string &shownName() const { return name; }
  /// A path of this very folder, whatever has its name by now.
  std::string path() const { return folder.path(); }
  /// A path of a file in it.
  OPC_EXPORT std::string path(std::string_view name) const;

private:
  PrivateFolder(std::string name, Descriptor folder)
      : name(std::move(name)), folder(std::move(folder)) {}

  std::string name; ///< for messages
  Descriptor folder;
};

} // namespace opc::runtime

#endif // OPC_RUNTIME_PRIVATEFOLDER_H
