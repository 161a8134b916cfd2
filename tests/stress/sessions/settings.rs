//! The settings that sessions change, each with values as PostgreSQL shows them.

use ominipg_stress::Random;

use crate::model::READ_ONLY;

/// How many schemas and roles there are.
pub const SEATS: usize = 16;

/// What is changed, and read to see that nobody else did.
pub const NAMES: [&str; 15] = [
    "timezone",
    "application_name",
    "search_path",
    "role",
    "work_mem",
    "datestyle",
    "stress.mark",
    "statement_timeout",
    "extra_float_digits",
    "standard_conforming_strings",
    "bytea_output",
    "default_transaction_isolation",
    "enable_seqscan",
    "lock_timeout",
    READ_ONLY,
];

/// A value for the setting, none that PostgreSQL shows in another unit.
pub fn value(name: &str, random: &mut Random) -> String {
    let number = random.below(1000);
    let of = |all: &[&str]| all[number % all.len()].to_owned();
    match name {
        "timezone" => of(&["Europe/Paris", "Asia/Tokyo", "America/New_York", "UTC"]),
        "application_name" => format!("it's \"number\" {number}, \\ and all"),
        "search_path" => format!("s{}", number % SEATS),
        "role" => format!("r{}", number % SEATS),
        "work_mem" => format!("{}kB", 1025 + number),
        "datestyle" => of(&["German, DMY", "SQL, MDY", "ISO, YMD"]),
        "stress.mark" => format!("mark {number}"),
        "statement_timeout" => format!("{}ms", 600_001 + number % 900),
        "lock_timeout" => format!("{}ms", 700_001 + number % 900),
        "extra_float_digits" => of(&["0", "2", "3"]),
        "standard_conforming_strings" | "enable_seqscan" => of(&["on", "off"]),
        "bytea_output" => of(&["escape", "hex"]),
        "default_transaction_isolation" => of(&["serializable", "repeatable read", "read committed"]),
        READ_ONLY => of(&["off", "off", "on"]),
        other => unreachable!("{other} has values"),
    }
}
