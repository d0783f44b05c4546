//===- MachineReader.h - reads the keys of a description --------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_TILE_IR_MACHINEREADER_H
#define OPC_LIB_DIALECT_TILE_IR_MACHINEREADER_H

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include <optional>

namespace opc::tile {

/// The keys of one object. It remembers the first complaint of all objects that
/// share one; keys that nobody asked for are complaints, too.
class MachineReader {
public:
  MachineReader(const llvm::json::Object &object, std::string place,
                std::string &complaint)
      : object(object), place(std::move(place)), complaint(complaint) {}
  ~MachineReader();

  /// A key that must be there, of the kind of `out`; integers are not negative.
  void read(llvm::StringRef key, int64_t &out);
  void read(llvm::StringRef key, bool &out);
  void read(llvm::StringRef key, std::string &out);
  void read(llvm::StringRef key, llvm::SmallVector<std::string> &out);
  /// An integer of at least 1.
  void readPositive(llvm::StringRef key, int64_t &out);

  /// One of the names that `find` knows.
  template <typename Enum>
  void readName(llvm::StringRef key, Enum &out,
                std::optional<Enum> (*find)(llvm::StringRef)) {
    std::string name;
    read(key, name);
    take(key, find(name), out, "is '" + name + "', which is not known");
  }
  template <typename Enum>
  void readNames(llvm::StringRef key, llvm::SmallVector<Enum> &out,
                 std::optional<Enum> (*find)(llvm::StringRef)) {
    llvm::SmallVector<std::string> names;
    read(key, names);
    for (const std::string &name : names)
      take(key, find(name), out.emplace_back(),
           "has '" + name + "', which is not known");
  }

  /// An object, and a list of them.
  void inner(llvm::StringRef key,
             llvm::function_ref<void(MachineReader &)> body);
  void each(llvm::StringRef key,
            llvm::function_ref<void(MachineReader &)> body);

  void complain(llvm::StringRef key, llvm::StringRef what);

private:
  const llvm::json::Value *find(llvm::StringRef key);
  llvm::ArrayRef<llvm::json::Value> list(llvm::StringRef key);
  void nested(const llvm::json::Value &value, llvm::StringRef key,
              llvm::function_ref<void(MachineReader &)> body);
  template <typename Read, typename Out>
  void take(llvm::StringRef key, const Read &read, Out &out,
            llvm::StringRef otherwise) {
    if (read)
      out = Out(*read);
    else
      complain(key, otherwise);
  }

  const llvm::json::Object &object;
  std::string place;
  std::string &complaint;
  llvm::StringSet<> asked;
};

} // namespace opc::tile

#endif // OPC_LIB_DIALECT_TILE_IR_MACHINEREADER_H
