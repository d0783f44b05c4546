#!/usr/bin/env python3
"""Mends in Bochs what compiled programs and Linux need of it.

usage: cd SOURCE/bochs && mend_bochs.py

Bochs has the instructions of AMX, but Linux gives tiles to a program only by
extended feature disable (Intel's Software Developer's Manual, volume 1, 13.14):
tile data is off until the first use raises #NM, for which the kernel then makes
room. State of tiles did not survive a switch between programs, products of signed
bytes were wrong, and gathers with an index in one of the upper sixteen registers
illegal. scripts/get_emulator.sh calls this; an edit that does not fit is an error.
"""

import pathlib
import sys

# Two registers of the one processor there is: IA32_XFD and IA32_XFD_ERR.
REGISTERS = "extern Bit64u xfd_msr[2];\n"
CASES = "    case BX_MSR_IA32_XFD:\n    case BX_MSR_IA32_XFD_ERROR:\n"
DESCRIPTOR = (
    '  msr_desc[%s] = new MSR_Descriptor("%s", BX_ISA_AMX, '
    "~Bit64u(BX_XCR0_XTILEDATA_MASK));\n"
)

# File -> texts, what stands there instead, and how often each is there (once).
EDITS = {
    # Signed bytes were taken for unsigned ones in products of tiles.
    "cpu/avx/amx.cc": [
        (f"Bit32s({name}byte[", f"Bit32s((Bit8s) {name}byte[", 8)
        for name in "xy"
    ],
    # The store of a configuration has the encoding that no assembler gives it.
    "cpu/decoder/fetchdecode_opmap_avx.cc": [
        (
            "ATTR_VEX_W1 | ATTR_VL128 | ATTR_MOD_MEM | ATTR_IS64, "
            "BX_IA_STTILECFG)",
            "ATTR_VEX_W0 | ATTR_VL128 | ATTR_MOD_MEM | ATTR_IS64, "
            "BX_IA_STTILECFG)",
        ),
    ],
    # The index's highest bit stands where others have one of a third register,
    # which gathers have none of.
    "cpu/decoder/fetchdecode32.cc": [
        (
            "i->setSibIndex(i->sibIndex() | (vvv & 0x10));\n",
            "i->setSibIndex(i->sibIndex() | (vvv & 0x10));\n"
            "      vvv &= 0xf;\n",
        ),
    ],
    "cpu/msr.cc": [
        (
            "static MSR_DescriptorPtr* msr_desc;\n",
            "static MSR_DescriptorPtr* msr_desc;\nBit64u xfd_msr[2];\n",
        ),
        (
            "  msr_desc[BX_MSR_XSS] =",
            DESCRIPTOR % ("BX_MSR_IA32_XFD", "MSR_IA32_XFD")
            + DESCRIPTOR % ("BX_MSR_IA32_XFD_ERROR", "MSR_IA32_XFD_ERR")
            + "  msr_desc[BX_MSR_XSS] =",
        ),
        (
            "    case BX_MSR_XSS:\n",
            CASES
            + "      val64 = xfd_msr[index - BX_MSR_IA32_XFD];\n      break;\n"
            + "    case BX_MSR_XSS:\n",
        ),
        (
            "    case BX_MSR_XSS: //",
            CASES
            + "      xfd_msr[index - BX_MSR_IA32_XFD] = val_64;\n"
            + "      handleAvxModeChange();\n      break;\n"
            + "    case BX_MSR_XSS: //",
        ),
    ],
    # Any instruction of AMX raises #NM while tile data is off: earlier than on a
    # processor, where those of the configuration do not, to the same effect.
    "cpu/proc_ctrl.cc": [
        (
            "#if BX_SUPPORT_AVX\nvoid BX_CPU_C::handleAvxModeChange",
            REGISTERS
            + "#if BX_SUPPORT_AVX\nvoid BX_CPU_C::handleAvxModeChange",
        ),
        (
            "#if BX_SUPPORT_AMX\n  if (! long64_mode()",
            "#if BX_SUPPORT_AMX\n  if (xfd_msr[0] || ! long64_mode()",
        ),
        (
            "BX_XCR0_XTILEDATA_MASK))\n    exception(BX_UD_EXCEPTION, 0);\n",
            "BX_XCR0_XTILEDATA_MASK))\n    exception(BX_UD_EXCEPTION, 0);\n"
            "  if (xfd_msr[0]) {\n    xfd_msr[1] |= xfd_msr[0];\n"
            "    exception(BX_NM_EXCEPTION, 0);\n  }\n",
        ),
    ],
    "cpu/cpuid.cc": [
        (
            "      leaf->eax |= (1<<3);\n\n    // EBX[31:00]",
            "      leaf->eax |= (1<<3);\n"
            "    if (is_cpu_extension_supported(BX_ISA_AMX))\n"
            "      leaf->eax |= (1<<4);\n\n    // EBX[31:00]",
        ),
        # The compact form aligns some components, and Linux compares sizes.
        (
            "      max_size += xsave_restore[n].len;",
            "      max_size = (xsave_restore[n].attr & BX_XSAVE_ALIGN64 ? "
            "(max_size + 63) / 64 * 64 : max_size) + xsave_restore[n].len;",
        ),
    ],
    "cpu/crregs.cc": [
        (
            "[xcr0_t::BX_XCR0_XTILEDATA_BIT].attr   = BX_XSAVE_ALIGN64;",
            "[xcr0_t::BX_XCR0_XTILEDATA_BIT].attr   = "
            "BX_XSAVE_ALIGN64 | BX_XSAVE_XFD_SUPPORT;",
        ),
    ],
    # Rows and bytes of a row were saved in each other's place, half of the rows
    # not at all, and tiles only where they were empty.
    "cpu/xsave.cc": [
        (
            "extern XSaveRestoreStateHelper xsave_restore[];\n",
            "extern XSaveRestoreStateHelper xsave_restore[];\n" + REGISTERS,
        ),
        ("  return xinuse;\n", "  return xinuse & ~Bit32u(xfd_msr[0]);\n"),
        (
            "vmm16u(8+n)    = BX_CPU_THIS_PTR amx->tilecfg[n].rows;",
            "vmm16u(8+n) = BX_CPU_THIS_PTR amx->tilecfg[n].bytes_per_row;",
        ),
        (
            "vmmubyte(48+n) = BX_CPU_THIS_PTR amx->tilecfg[n].bytes_per_row;",
            "vmmubyte(48+n) = BX_CPU_THIS_PTR amx->tilecfg[n].rows;",
        ),
        (
            "row < BX_TILE_REGISTERS; row++) {\n      write_",
            "row < BX_TILE_MAX_ROWS; row++) {\n      write_",
        ),
        (
            "row < BX_TILE_REGISTERS; row++) {\n      read_",
            "row < BX_TILE_MAX_ROWS; row++) {\n      read_",
        ),
        ("amx->tile_use_tracker == 0)", "amx->tile_use_tracker != 0)"),
    ],
}


def mended(text, edits):
    """`text` with every edit done; ValueError names one that does not fit."""
    for old, new, *times in edits:
        found, wanted = text.count(old), (*times, 1)[0]
        if found != wanted:
            raise ValueError(f"found {found} times, not {wanted}: {old!r}")
        text = text.replace(old, new)
    return text


def main():
    for name, edits in EDITS.items():
        file = pathlib.Path(name)
        try:
            text = mended(file.read_text("latin-1"), edits)
        except (OSError, ValueError) as error:
            sys.exit(f"error: {name}: {error}")
        file.write_text(text, "latin-1")


if __name__ == "__main__":
    main()
