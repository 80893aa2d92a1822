"""A browser for tests: our own, in a window of its own, that can reach nothing but this machine."""

import json
import os
import re
import shutil

import pytest
from selenium import webdriver

FLAGS = """
headless no-sandbox disable-gpu disable-dev-shm-usage hide-scrollbars disable-quic disable-sync no-first-run
disable-background-networking disable-component-update
"""


def launch(folder):
    """Start it, with its files in `folder`; where there is none, skip the test, or fail it if one is required."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    browser, driver = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if not (browser and driver):
        give_up = pytest.fail if os.environ.get("HOURGLASS_REQUIRE_BROWSER") == "1" else pytest.skip
        give_up("no browser: install chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS.split():
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={folder}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    driver.set_script_timeout(300)  # longer than the limits in the scripts, which tell more
    driver.get("about:blank")
    logged(driver)
    return driver


def logged(driver):
    """What went wrong, and which outside addresses were asked, since the last call."""
    wrong = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    asked += [event["params"]["url"] for event in events if event["method"] == "Network.webSocketCreated"]
    outside = [url for url in asked if not re.match(r"(file|data|blob|about):|https?://127\.0\.0\.1[:/]", url)]
    return wrong, outside
