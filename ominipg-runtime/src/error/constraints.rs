//! The enums of constraints that generated code has.

use super::Error;

/// The constraint of the table that the error tells to be broken, by its name in PostgreSQL.
pub fn broken<T: Copy>(error: &Error, table: &str, constraints: &[(&str, T)]) -> Option<T> {
    let name = error.constraint().filter(|_| error.table() == Some(table))?;
    constraints.iter().find(|(constraint, _)| *constraint == name).map(|(_, variant)| *variant)
}

/// Makes the enum of a table's constraints.
#[macro_export]
#[doc(hidden)]
macro_rules! constraints {
    ($table:literal { $($variant:ident = $name:literal),+ $(,)? }) => {
        #[doc = concat!("The constraints of the table `", $table, "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Constraint {
            $(#[doc = concat!("`", $name, "`")] $variant),+
        }

        impl Constraint {
            /// The constraint that an error tells to be broken, if it is one of this table's.
            pub fn of(error: &$crate::codegen_support::Error) -> ::core::option::Option<Self> {
                $crate::codegen_support::broken(error, $table, &[$(($name, Self::$variant)),+])
            }

            /// Its name in PostgreSQL.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}
