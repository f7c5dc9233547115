#!/bin/sh
# System packages that parts of the product use. As root (or with passwordless sudo) on Debian or Ubuntu they are
# installed; anywhere else one line says what is missing and what that switches off. Nothing here stops the set-up,
# except a Python that cannot make a virtual environment.
set -u

missing=""
lost=""
need() { # need COMMAND-OR-TEST PACKAGES WHAT-IS-LOST
    if ! eval "$1" >/dev/null 2>&1; then
        missing="$missing $2"
        lost="$lost; $3"
    fi
}
need 'python3 -c "import ensurepip, venv"' 'python3-venv' 'the virtual environment (nothing works without it)'
need 'command -v chromium || command -v chromium-browser' 'chromium' 'the browser tests'
need 'tesseract --list-langs 2>/dev/null | grep -qx vie' 'tesseract-ocr tesseract-ocr-vie' 'reading scanned papers'
need 'command -v soffice' 'libreoffice-writer-nogui libreoffice-calc-nogui' 'old .doc files and looking at papers in tests'
need 'fc-list 2>/dev/null | grep -qiE "liberation ?serif|times new roman"' 'fonts-liberation fontconfig' 'seeing papers in their own font'
need 'command -v pdftoppm' 'poppler-utils' 'looking at papers in tests'
need 'command -v mosquitto || test -x /usr/sbin/mosquitto' 'mosquitto' 'the MQTT tests'
[ -n "$missing" ] || exit 0

lift=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then lift="sudo -n"; else lift="none"; fi
fi
if command -v apt-get >/dev/null 2>&1 && [ "$lift" != "none" ]; then
    echo "Installing system packages:$missing"
    $lift env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing" >/dev/null 2>&1 && exit 0
    echo "Some system packages could not be installed. Try: apt-get install$missing"
fi
echo "Not on this machine:$missing. Without them these are switched off: ${lost#; }."
python3 -c "import ensurepip, venv" >/dev/null 2>&1
