@_exported import Nabla
