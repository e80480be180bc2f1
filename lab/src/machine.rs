//! The program and the processor, on which the bits of results depend.

use std::{env, fs};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The model name on Linux; elsewhere the architecture alone.
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    format!("{} ({} {})", name.map_or("unknown", |(_, name)| name.trim()), env::consts::ARCH, env::consts::OS)
}

/// A line that is equal for two runs of the same program on the same processor that were asked the same.
pub fn run(asked: &impl Serialize) -> String {
    let program =
        env::current_exe().and_then(fs::read).map_or(String::new(), |bytes| hexadecimal(&Sha256::digest(bytes)));
    let asked = serde_json::to_vec(&(asked, processor())).expect("it has a JSON form");
    format!("{{\"program\":\"{program}\",\"run\":\"{}\"}}", hexadecimal(&Sha256::digest(asked)))
}

/// Bytes in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
