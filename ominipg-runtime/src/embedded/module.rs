//! WebAssembly modules as the crate ships them: what their linker section asks for, and the one byte that is patched.

use serde::{Deserialize, Serialize};
use wasmparser::{BinaryReader, Dylink0Subsection, KnownCustom, Parser, Payload};

/// What a position-independent module asks of its loader (the section `dylink.0`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Placement {
    /// Bytes of data.
    pub(super) memory_size: u32,
    /// As a power of two.
    pub(super) memory_alignment: u32,
    /// Table slots.
    pub(super) table_size: u32,
}

/// Reads the placement of `module`, and clears the `shared` flag of the memory that it imports.
///
/// One thread at a time runs an engine, so that plain memory is enough, and only plain memory can be borrowed as a slice.
/// Atomic instructions are valid on it.
pub(super) fn prepare(module: &mut [u8]) -> Result<Placement, String> {
    let mut placement = None;
    let mut flags = None;
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(|error| error.to_string())? {
            Payload::CustomSection(section) => {
                if let KnownCustom::Dylink0(reader) = section.as_known() {
                    for part in reader {
                        if let Dylink0Subsection::MemInfo(info) = part.map_err(|error| error.to_string())? {
                            placement = Some(Placement {
                                memory_size: info.memory_size,
                                memory_alignment: info.memory_alignment,
                                table_size: info.table_size,
                            });
                        }
                    }
                }
            }
            Payload::ImportSection(reader) => {
                let range = reader.range();
                let bytes = &module[range.clone()];
                flags = memory_flags(bytes).map(|at| range.start + at);
            }
            _ => {}
        }
    }
    if let Some(at) = flags {
        module[at] &= !SHARED;
    }
    placement.ok_or_else(|| "the module has no dylink.0 section".to_owned())
}

const SHARED: u8 = 2;

/// Where the flags of the imported memory's limits are, from the start of the import section's contents.
fn memory_flags(section: &[u8]) -> Option<usize> {
    // `env`, `memory`, kind memory: as bytes, each string after its length.
    const IMPORT: &[u8] = b"\x03env\x06memory\x02";
    let mut reader = BinaryReader::new(section, 0);
    reader.read_var_u32().ok()?;
    let start = reader.original_position();
    let found = section[start..].windows(IMPORT.len()).position(|window| window == IMPORT)?;
    Some(start + found + IMPORT.len())
}
