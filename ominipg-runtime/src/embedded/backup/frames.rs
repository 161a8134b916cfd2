//! Compression: zstd frames, one after the other, as every zstd reads them.

use std::io::{self, BufRead, Read, Write};

use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// How much goes into one frame, in bytes.
const FRAME: usize = 1024 * 1024;

/// Compresses what is written to it, a frame at a time, so that nothing more is held.
pub(super) struct Compressor<W> {
    frame: Vec<u8>,
    to: W,
}

impl<W: Write> Compressor<W> {
    pub(super) fn new(to: W) -> Self {
        Self { frame: Vec::with_capacity(FRAME), to }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if !self.frame.is_empty() {
            self.write_frame()?;
        }
        self.to.flush()
    }

    fn write_frame(&mut self) -> io::Result<()> {
        let compressed = compress_to_vec(&self.frame[..], CompressionLevel::Fastest);
        self.frame.clear();
        self.to.write_all(&compressed)
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(FRAME - self.frame.len());
        self.frame.extend_from_slice(&bytes[..n]);
        if self.frame.len() == FRAME {
            self.write_frame()?;
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads all frames of a stream.
pub(super) struct Decompressor<R: Read>(State<R>);

enum State<R: Read> {
    Between(R),
    Inside(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    /// After an error.
    Broken,
}

impl<R: BufRead> Decompressor<R> {
    pub(super) fn new(from: R) -> Self {
        Self(State::Between(from))
    }
}

impl<R: BufRead> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.0, State::Broken) {
                State::Between(mut from) => {
                    if from.fill_buf()?.is_empty() {
                        self.0 = State::Between(from);
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new(from).map_err(io::Error::other)?;
                    self.0 = State::Inside(Box::new(decoder));
                }
                State::Inside(mut decoder) => {
                    let n = decoder.read(buffer)?;
                    if n > 0 {
                        self.0 = State::Inside(decoder);
                        return Ok(n);
                    }
                    let (from, frame) = decoder.into_parts();
                    // The decoder computes the checksum, and leaves it to others to compare.
                    if frame.get_checksum_from_data() != frame.get_calculated_checksum() {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "a frame's checksum is another",
                        ));
                    }
                    self.0 = State::Between(from);
                }
                State::Broken => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }
}
