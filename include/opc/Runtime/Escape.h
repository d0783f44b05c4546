//===- Escape.h - Text from outside, made fit to be shown -------*- C++ -*-===//
//
// Names come from models, files and command lines: any bytes. JSON takes only
// UTF-8, and a terminal obeys control characters. What prints or serialises a
// name takes it through one of these.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_ESCAPE_H
#define OPC_RUNTIME_ESCAPE_H

#include "opc-c/opc.h"

#include <string>
#include <string_view>

namespace opc::runtime {

/// Whether the text is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates,
/// no overlong forms) without NUL, which ends a C string.
OPC_EXPORT bool isText(std::string_view bytes);

/// For JSON and C strings: bytes that are no UTF-8, and NUL, become \xNN; all
/// else stays as it is.
OPC_EXPORT std::string toText(std::string_view bytes);

/// For a terminal, one line: besides that, control characters become \n, \x1b
/// or \u009b, and so do line separators and what reorders or hides text. Texts
/// longer than `limit` bytes are cut off, with "..." for the rest.
OPC_EXPORT std::string printable(std::string_view bytes,
                                 size_t limit = std::string_view::npos);

/// Bytes of a name that a message or a table shows.
inline constexpr size_t shownBytes = 200;

} // namespace opc::runtime

#endif // OPC_RUNTIME_ESCAPE_H
