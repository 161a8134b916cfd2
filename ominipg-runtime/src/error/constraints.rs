//! The enums of constraints that generated code has.

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
                if error.table() != ::core::option::Option::Some($table) {
                    return ::core::option::Option::None;
                }
                match error.constraint()? {
                    $($name => ::core::option::Option::Some(Self::$variant),)+
                    _ => ::core::option::Option::None,
                }
            }

            /// Its name in PostgreSQL.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}
