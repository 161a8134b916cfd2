//! The first packets of a client.

mod command_line;
mod message;
mod packet;
mod request;
mod version;

pub(crate) use self::message::Startup;
pub(super) use self::packet::read;
pub(super) use self::request::Request;
pub(crate) use self::version::ProtocolVersion;
